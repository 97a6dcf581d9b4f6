import { z } from "zod";
import {
  type GatewayActivity,
  type MarketsHealth,
  type NetworkMetrics,
  type NetworkPeer,
  predictionRefusals,
  streamNames,
} from "../../../lib/protocol/mod.ts";

const seconds = z.number().int().describe("Unix seconds");
const offset = z.number().int().min(0);
const figure = z.number().nullable();
const status = z.enum(["healthy", "idle"]).nullable();
const live = z.enum(["live", "stale"]);

const metrics: z.ZodType<NetworkMetrics> = z.object({
  network_strength: z.number().min(0).max(100).nullable(),
  block_height: z.number(),
  block_hash: z.string().optional(),
  finality_time: figure,
  peer_count: z.number().int(),
  tps: figure.describe("transactions a second"),
  bandwidth_in: figure.describe("bytes a second"),
  bandwidth_out: figure.describe("bytes a second"),
  active_connections: figure,
});
const markets: z.ZodType<MarketsHealth> = z.object({
  overall_status: z.enum(["healthy", "degraded", "down"]),
  markets: z.object({
    compute: z.object({ status, active_jobs: figure, total_providers: figure }),
    storage: z.object({ status, total_stored: figure, total_providers: figure }),
    energy: z.object({ status, total_credits: figure, active_traders: figure }),
    ads: z.object({ status, active_campaigns: figure, total_impressions: figure }),
  }),
  healthy_markets: z.number().int(),
  total_markets: z.number().int(),
});
const receipts = z.object({
  receipts: z.array(z.looseObject({ id: z.string() })).describe("new ones, newest first"),
  count: z.number().int(),
  incomplete: z.literal(true).optional().describe("there were more than the node would give"),
});
const peer: z.ZodType<NetworkPeer> = z.object({
  id: z.string(),
  address: z.string().nullable(),
  latency_ms: figure,
  is_validator: z.boolean().nullable(),
});
const gateway: z.ZodType<GatewayActivity> = z.looseObject({
  uptime: z.number().describe("seconds"),
  connections: z.looseObject({ miners: z.number(), streams: z.number(), events: z.number() }),
  active_miners: z.number(),
  deliveries_per_second: z.number(),
  predictions_per_second: z.number(),
  verdicts: z.looseObject({
    accepted: z.number().int().describe("confirmed with a receipt, those that came again among them"),
    refused: z.partialRecord(z.enum(predictionRefusals), z.number().int())
      .describe("by the first reason; those that there are none of are left out"),
  }).describe("what became of predictions in the last minute"),
  confirmation_latency: z.object({ p50: z.number(), p99: z.number() }).nullable().describe("milliseconds"),
  fallback_share: z.number().nullable(),
});

const data = {
  network_metrics: metrics,
  markets_health: markets,
  receipts,
  peers: z.object({ peers: z.array(peer), total: z.number().int() }),
  gateway,
};

function message<Name extends keyof typeof data>(name: Name) {
  return z.looseObject({ type: z.literal(name), data: data[name], timestamp: seconds, offset });
}

const streamMessage = z.union([
  message("network_metrics"),
  message("markets_health"),
  message("receipts"),
  message("peers"),
  message("gateway"),
]);
const position = z.object({ epoch: z.string().max(64), offset });

/** What stream clients ask and are told. Protocol, section 4. */
export const streamSchemas = {
  NetworkMetrics: metrics,
  MarketsHealth: markets,
  StreamReceipts: receipts,
  NetworkPeer: peer,
  GatewayActivity: gateway,
  StreamMessage: streamMessage,
  NewestStreamMessage: z.looseObject({
    type: z.string(),
    data: z.looseObject({}),
    timestamp: seconds,
    offset,
    epoch: z.string(),
    status: live,
  }),
  StreamNews: z.object({
    epoch: z.string(),
    offset,
    recovered: z.boolean().nullable().describe("null where no position was given"),
    status: live,
    message: z.string().optional().describe("why it is stale"),
    messages: z.array(streamMessage),
  }),
  Streams: z.object({
    streams: z.array(z.object({
      name: z.enum(streamNames),
      period_ms: z.number().int(),
      epoch: z.string(),
      offset,
      status: live,
      subscribers: z.number().int(),
    })),
    simulated: z.boolean().describe("whether the data is made up"),
  }),
  StreamSubscribe: z.looseObject({
    type: z.enum(["subscribe", "unsubscribe"]),
    stream: z.string().optional(),
    streams: z.array(z.string()).max(32).optional(),
    recover: z.union([position, z.record(z.string(), position)]).optional()
      .describe("a position, or one for each stream by its name"),
  }),
  StreamPing: z.looseObject({
    type: z.literal("ping"),
    timestamp: z.number().optional().describe("comes back in the pong"),
  }),
  StateStreamCall: z.looseObject({
    method: z.enum(["state_stream.subscribe", "state_stream.unsubscribe"]),
    params: z.array(z.enum(["block_updates", "metrics", "network"])),
    id: z.unknown().optional().describe("comes back in an error"),
  }),
  StateStreamUpdate: z.looseObject({
    type: z.enum(["block_update", "metrics_update", "network_update"]),
    data: z.looseObject({ timestamp: z.number().int().describe("milliseconds since 1970") }),
  }),
  StreamWelcome: z.looseObject({
    type: z.literal("welcome"),
    message: z.string(),
    available_streams: z.array(z.string()),
    simulated: z.boolean(),
    timestamp: seconds,
  }),
  StreamSubscribed: z.looseObject({
    type: z.enum(["subscribed", "unsubscribed"]),
    stream: z.string(),
    epoch: z.string().optional(),
    offset: offset.optional(),
    recovered: z.boolean().nullable().optional(),
    timestamp: seconds,
  }),
  StreamStatus: z.looseObject({
    type: z.literal("stream_status"),
    stream: z.string(),
    status: live,
    message: z.string(),
    timestamp: seconds,
  }),
  StreamPong: z.looseObject({
    type: z.literal("pong"),
    timestamp: z.number().describe("Unix seconds, or what the ping named"),
  }),
  StreamError: z.looseObject({
    type: z.literal("error"),
    code: z.string(),
    message: z.string(),
    stream: z.string().optional(),
    available_streams: z.array(z.string()).optional().describe("with unknown_stream"),
    timestamp: seconds.optional(),
  }),
} as const;

const strength = {
  network_strength: 71,
  block_height: 812_344,
  finality_time: 12.5,
  peer_count: 64,
  tps: 310,
  bandwidth_in: 120_000,
  bandwidth_out: 98_000,
  active_connections: 40,
};
const metricsMessage = { type: "network_metrics", data: strength, timestamp: 1_795_248_000, offset: 17 };

/** A message of each kind. */
export const streamExamples = {
  message: metricsMessage,
  newest: { ...metricsMessage, epoch: "3f9a01bc", status: "live" },
  news: { epoch: "3f9a01bc", offset: 17, recovered: true, status: "live", messages: [metricsMessage] },
  streams: {
    streams: [{
      name: "network_metrics",
      period_ms: 2000,
      epoch: "3f9a01bc",
      offset: 17,
      status: "live",
      subscribers: 3,
    }],
    simulated: true,
  },
  subscribe: {
    type: "subscribe",
    streams: ["network_metrics", "receipts"],
    recover: { receipts: { epoch: "3f9a01bc", offset: 12 } },
  },
  ping: { type: "ping" },
  welcome: {
    type: "welcome",
    message: "Connected to The Block real-time data stream",
    available_streams: [...streamNames],
    simulated: true,
    timestamp: 1_795_248_000,
  },
  subscribed: {
    type: "subscribed",
    stream: "receipts",
    epoch: "3f9a01bc",
    offset: 12,
    recovered: true,
    timestamp: 1_795_248_000,
  },
  status: {
    type: "stream_status",
    stream: "peers",
    status: "stale",
    message: "no answer in 5 s",
    timestamp: 1_795_248_000,
  },
  pong: { type: "pong", timestamp: 1_795_248_000 },
  call: { method: "state_stream.subscribe", params: ["block_updates"], id: 1_795_248_000_000 },
  update: {
    type: "block_update",
    data: {
      height: 812_344,
      finalized_height: null,
      hash: null,
      tx_count: null,
      timestamp: 1_795_248_000_000,
    },
  },
  error: {
    type: "error",
    code: "unknown_stream",
    message: "Invalid stream name",
    stream: "blocks",
    available_streams: [...streamNames],
    timestamp: 1_795_248_000,
  },
} as const;
