import { z } from "zod";
import { positionSchema } from "../envelope.ts";
import { type Conversation, type Json, Kind } from "../kind.ts";
import { heartbeatAck } from "./heartbeat_ack.ts";
import { type Shape, streamNames, streams } from "../streams.ts";

const seconds = () => z.number().int().describe("Unix seconds");
const offset = () => z.number().int().min(0);

/** Whether a stream's source is there. */
export const liveness = () => z.enum(["live", "stale"]);

/** A message whose `type` is always the same. */
function message(
  name: string,
  type: string,
  fields: () => z.ZodRawShape,
  example: { readonly [key: string]: Json },
): Kind {
  const make = () => z.looseObject({ type: z.literal(type), ...fields() });
  return new Kind(name, make, { type, ...example });
}

/** What a shape describes, as a schema that checks nothing. */
const shaped = (shape: Shape) => z.unknown().meta({ ...shape });

const example = {
  type: "network_metrics",
  data: { ...streams.network_metrics.example },
  timestamp: 1_795_248_000,
  offset: 17,
};

/** A stream's data, on whatever way. */
export const streamMessage = new Kind(
  "StreamMessage",
  () =>
    z.union(
      Object.entries(streams).map(([name, { data }]) =>
        z.looseObject({
          type: z.literal(name),
          data: shaped(data),
          timestamp: seconds(),
          offset: offset(),
        })
      ),
    ),
  example,
);

const welcome = message("StreamWelcome", "welcome", () => ({
  message: z.string(),
  available_streams: z.array(z.string()),
  simulated: z.boolean(),
  timestamp: seconds(),
}), {
  message: "Connected to The Block real-time data stream",
  available_streams: streamNames,
  simulated: true,
  timestamp: 1_795_248_000,
});

/** One stream, or several. */
const named = () => ({
  stream: z.string().optional(),
  streams: z.array(z.string()).max(32).optional(),
});

const subscribe = message("StreamSubscribe", "subscribe", () => ({
  ...named(),
  recover: z.union([positionSchema, z.record(z.string(), positionSchema)]).optional()
    .describe("a position, or one for each stream by its name"),
  token: z.string().optional().describe("for a stream that needs one; it says for which it is"),
  tokens: z.array(z.string()).max(32).optional().describe("for several of them"),
}), {
  streams: ["network_metrics", "receipts"],
  recover: { receipts: { epoch: "3f9a01bc", offset: 12 } },
});

const unsubscribe = message("StreamUnsubscribe", "unsubscribe", named, { stream: "receipts" });

/** Where a stream stands. */
const place = () => ({ stream: z.string(), epoch: z.string(), offset: offset(), timestamp: seconds() });

const unsubscribed = message("StreamUnsubscribed", "unsubscribed", place, {
  stream: "receipts",
  epoch: "3f9a01bc",
  offset: 14,
  timestamp: 1_795_248_000,
});

const subscribed = message("StreamSubscribed", "subscribed", () => ({
  ...place(),
  recovered: z.boolean().nullable(),
}), { stream: "receipts", epoch: "3f9a01bc", offset: 12, recovered: true, timestamp: 1_795_248_000 });

const status = message("StreamStatus", "stream_status", () => ({
  stream: z.string(),
  status: liveness(),
  message: z.string(),
  timestamp: seconds(),
}), { stream: "peers", status: "stale", message: "no answer in 5 s", timestamp: 1_795_248_000 });

const ping = message("StreamPing", "ping", () => ({
  timestamp: z.number().optional().describe("comes back in the pong"),
}), {});
const pong = message("StreamPong", "pong", () => ({
  timestamp: z.number().describe("Unix seconds, or what the ping named"),
}), { timestamp: 1_795_248_000 });

/** The heartbeat of those who say one anyway. */
const heartbeat = message("StreamHeartbeat", "heartbeat", () => ({
  data: z.looseObject({ timestamp: z.unknown().optional().describe("comes back as `echo`") }).optional(),
}), { data: { timestamp: 1_795_248_000 } });
const heartbeatAnswer = message("StreamHeartbeatAck", heartbeatAck.type, () => ({
  data: heartbeatAck.data(),
  timestamp: seconds(),
}), {
  data: { timestamp: "2026-11-21T08:00:00.123456+00:00", echo: 1_795_248_000 },
  timestamp: 1_795_248_000,
});

/** What The Block's page asks, and is told. */
const call = new Kind(
  "StateStreamCall",
  () =>
    z.looseObject({
      method: z.enum(["state_stream.subscribe", "state_stream.unsubscribe"]),
      params: z.array(z.enum(["block_updates", "metrics", "network"])),
      id: z.unknown().optional().describe("comes back in an error"),
    }),
  { method: "state_stream.subscribe", params: ["block_updates"], id: 1_795_248_000_000 },
);
const update = new Kind(
  "StateStreamUpdate",
  () =>
    z.looseObject({
      type: z.enum(["block_update", "metrics_update", "network_update"]),
      data: z.looseObject({ timestamp: z.number().int().describe("milliseconds since 1970") }),
    }),
  {
    type: "block_update",
    data: {
      height: 812_344,
      finalized_height: null,
      hash: null,
      tx_count: null,
      timestamp: 1_795_248_000_000,
    },
  },
);

const error = message("StreamError", "error", () => ({
  code: z.string(),
  message: z.string(),
  stream: z.string().optional(),
  available_streams: z.array(z.string()).optional().describe("with unknown_stream"),
  timestamp: seconds().optional(),
}), {
  code: "unknown_stream",
  message: "Invalid stream name",
  stream: "blocks",
  available_streams: streamNames,
  timestamp: 1_795_248_000,
});

/** What stream clients and the gateway say. Protocol, section 4. */
export const streamConversation = {
  name: "streams",
  path: "/ws/stream",
  title: "Live streams",
  description:
    "Also served on /. The welcome comes at once. Subprotocols: `heliograph.v1` plain JSON, `heliograph.v1.deflate` larger messages as raw deflate in binary frames, `heliograph.v1.batch` every frame a JSON array.",
  messages: {
    stream_welcome: { from: "gateway", summary: "The first message", kind: welcome },
    subscribe: {
      from: "client",
      summary: "Subscribe; `recover` names what the client has",
      kind: subscribe,
      answers: ["subscribed", "stream_error"],
    },
    unsubscribe: {
      from: "client",
      summary: "Listen no more",
      kind: unsubscribe,
      answers: ["unsubscribed", "stream_error"],
    },
    subscribed: {
      from: "gateway",
      summary: "From here on; the newest value, or what was missed, follows",
      kind: subscribed,
    },
    unsubscribed: { from: "gateway", summary: "Nothing follows", kind: unsubscribed },
    data: { from: "gateway", summary: "A stream's data; `type` is its name", kind: streamMessage },
    stream_status: { from: "gateway", summary: "The stream's source is gone, or back", kind: status },
    ping: { from: "client", summary: "Asks for a pong", kind: ping, answers: ["pong"] },
    pong: { from: "gateway", summary: "The answer", kind: pong },
    stream_heartbeat: {
      from: "client",
      summary: "An unsigned heartbeat",
      kind: heartbeat,
      answers: ["stream_heartbeat_ack"],
    },
    stream_heartbeat_ack: { from: "gateway", summary: "The answer", kind: heartbeatAnswer },
    state_stream_call: {
      from: "client",
      summary:
        "The same in the words of The Block's page, without an answer; as the first frame on /ws too, then without a welcome",
      kind: call,
      answers: ["state_stream_update", "stream_error"],
    },
    state_stream_update: {
      from: "gateway",
      summary: "What that page shows, when there is something new; what no node gives is null",
      kind: update,
    },
    stream_error: { from: "gateway", summary: "A refusal; the connection stays", kind: error },
  },
} as const satisfies Conversation;
