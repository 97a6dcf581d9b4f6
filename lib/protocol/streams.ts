import type { PredictionRefusal } from "./prediction_refusals.ts";

/** The streams that `welcome` names. Protocol, section 4. */
export const streamNames = ["network_metrics", "markets_health", "receipts", "peers"] as const;

/** A stream of the chain node's data. */
export type StreamName = typeof streamNames[number];

/** How the network does, every 2 s. What the node does not give is null. */
export interface NetworkMetrics {
  /** 0 to 100; null where the node does not give what it is made of. */
  readonly network_strength: number | null;
  /** The newest block. */
  readonly block_height: number;
  /** The newest block's, where the node gives it. */
  readonly block_hash?: string | undefined;
  /** As the node gives it; customary are seconds. */
  readonly finality_time: number | null;
  /** Nodes that the node is connected to. */
  readonly peer_count: number;
  /** Transactions a second. */
  readonly tps: number | null;
  /** Bytes a second. */
  readonly bandwidth_in: number | null;
  /** Bytes a second. */
  readonly bandwidth_out: number | null;
  /** Connections to the node. */
  readonly active_connections: number | null;
}

/** A market is `healthy` when something goes on in it; null where the node does not tell. */
export type MarketStatus = "healthy" | "idle" | null;

/** What goes on in the markets, every 5 s. What the node does not give is null. */
export interface MarketsHealth {
  /** The worst of them all. */
  readonly overall_status: "healthy" | "degraded" | "down";
  /** Each market by its name. */
  readonly markets: {
    readonly compute: {
      readonly status: MarketStatus;
      readonly active_jobs: number | null;
      readonly total_providers: number | null;
    };
    readonly storage: {
      readonly status: MarketStatus;
      readonly total_stored: number | null;
      readonly total_providers: number | null;
    };
    readonly energy: {
      readonly status: MarketStatus;
      readonly total_credits: number | null;
      readonly active_traders: number | null;
    };
    readonly ads: {
      readonly status: MarketStatus;
      readonly active_campaigns: number | null;
      readonly total_impressions: number | null;
    };
  };
  /** Those that take orders. */
  readonly healthy_markets: number;
  /** All that the node tells of. */
  readonly total_markets: number;
}

/** What a market settled. Nodes may tell more of it. */
export interface MarketReceipt {
  /** As the node names it. */
  readonly id: string;
  /** Which market it is of. */
  readonly market?: string | undefined;
  /** The block that it is in. */
  readonly block_height?: number | undefined;
  /** Unix seconds. */
  readonly timestamp?: number | undefined;
  /** Who served. */
  readonly provider?: string | undefined;
  /** Who was served. */
  readonly consumer?: string | undefined;
  /** What was paid. */
  readonly amount?: number | undefined;
}

/** Receipts that are new, newest first, looked for every 3 s. */
export interface Receipts {
  /** The new ones, newest first. */
  readonly receipts: readonly MarketReceipt[];
  /** How many they are. */
  readonly count: number;
  /** There were more new ones before these than the node would give. */
  readonly incomplete?: true;
}

/** A node of the network as the polled one sees it. */
export interface NetworkPeer {
  /** As the node names it. */
  readonly id: string;
  /** Where it is reached; null where the node does not give that. */
  readonly address: string | null;
  /** To it and back; null where it was not measured. */
  readonly latency_ms: number | null;
  /** Whether it takes part in the consensus; null where the node does not say. */
  readonly is_validator: boolean | null;
}

/** The network's nodes, every 10 s. */
export interface Peers {
  /** As many as the node tells of, which may be none. */
  readonly peers: readonly NetworkPeer[];
  /** How many there are. */
  readonly total: number;
}

/** What became of predictions within some time. */
export interface PredictionVerdicts {
  /** Confirmed with a receipt, those that came again among them. */
  readonly accepted: number;
  /** Refused, by the first reason; those that there are none of are left out. */
  readonly refused: { readonly [Reason in PredictionRefusal]?: number };
}

/** The gateway's own side, every 2 s: stream `gateway`, which `welcome` does not name. */
export interface GatewayActivity {
  /** Seconds since the start. */
  readonly uptime: number;
  /** What is open, by kind; `events` are server-sent event streams. */
  readonly connections: { readonly miners: number; readonly streams: number; readonly events: number };
  /** Miners that were heard lately. */
  readonly active_miners: number;
  /** Messages to clients. */
  readonly deliveries_per_second: number;
  /** Predictions that came in. */
  readonly predictions_per_second: number;
  /** What became of predictions in the last minute. */
  readonly verdicts: PredictionVerdicts;
  /** From a prediction's arrival to its signed confirmation, in milliseconds; null when there was none lately. */
  readonly confirmation_latency: { readonly p50: number; readonly p99: number } | null;
  /** Predictions that came over HTTP among all, 0 to 1; null when there was none lately. */
  readonly fallback_share: number | null;
}

/** What each stream carries. */
export interface StreamData {
  /** How the network does. */
  readonly network_metrics: NetworkMetrics;
  /** How the markets do. */
  readonly markets_health: MarketsHealth;
  /** What was settled. */
  readonly receipts: Receipts;
  /** Who takes part. */
  readonly peers: Peers;
  /** How the gateway does. */
  readonly gateway: GatewayActivity;
}

/** A message with a stream's data; its `type` is the stream's name. */
export interface StreamMessage<Name extends keyof StreamData = keyof StreamData> {
  /** The stream's name. */
  readonly type: Name;
  /** Its value. */
  readonly data: StreamData[Name];
  /** Unix seconds. */
  readonly timestamp: number;
  /** Counts the messages of the stream. */
  readonly offset: number;
}

/** Says that a stream's source has gone, or is back. */
export interface StreamStatus {
  /** What tells it from messages. */
  readonly type: "stream_status";
  /** The stream's name. */
  readonly stream: string;
  /** Whether its values are current. */
  readonly status: "stale" | "live";
  /** What is wrong, or that nothing is. */
  readonly message: string;
  /** Unix seconds. */
  readonly timestamp: number;
}

/**
 * WebSocket subprotocols of stream clients: `plain` is what comes without one; with `deflate` larger messages come as
 * binary frames of raw deflate (RFC 1951); with `batch` every frame is a JSON array of one or more messages.
 */
export const streamSubprotocols = {
  plain: "heliograph.v1",
  deflate: "heliograph.v1.deflate",
  batch: "heliograph.v1.batch",
} as const;

/** How messages to a stream client are framed. */
export type StreamFormat = keyof typeof streamSubprotocols;
