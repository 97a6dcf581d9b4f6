import { gateway } from "./streams/gateway.ts";
import { marketsHealth } from "./streams/markets_health.ts";
import { networkMetrics } from "./streams/network_metrics.ts";
import { peers } from "./streams/peers.ts";
import { receipts } from "./streams/receipts.ts";
import type { StreamEntry } from "./streams/stream_entry.ts";
import { fits, type Shape } from "./shape.ts";

export type { GatewayActivity, PredictionVerdicts } from "./streams/gateway.ts";
export type { MarketsHealth, MarketStatus } from "./streams/markets_health.ts";
export type { NetworkMetrics } from "./streams/network_metrics.ts";
export type { NetworkPeer, Peers } from "./streams/peers.ts";
export type { MarketReceipt, Receipts } from "./streams/receipts.ts";
export { fits, type Shape, type StreamEntry };

/** Every stream, by its name: what it carries, and how often. Protocol, section 4. */
export const streams = {
  network_metrics: networkMetrics,
  markets_health: marketsHealth,
  receipts,
  peers,
  gateway,
} as const;

/** What each stream carries. */
export type StreamData = {
  readonly [Name in keyof typeof streams]: typeof streams[Name]["data"] extends Shape<infer Data> ? Data
    : never;
};

/** A stream of the chain node's data. */
export type StreamName = {
  [Name in keyof typeof streams]: typeof streams[Name] extends { readonly unlisted: true } ? never : Name;
}[keyof typeof streams];

/** The streams that `welcome` names. Protocol, section 4. */
export const streamNames: readonly StreamName[] = (Object.keys(streams) as (keyof StreamData)[])
  .filter((name): name is StreamName => !("unlisted" in streams[name]));

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

/** A message of a stream that the protocol does not name: one of the operator's own. */
export interface OwnStreamMessage<Data = Readonly<Record<string, unknown>>> {
  /** The stream's name. */
  readonly type: string;
  /** Its value. */
  readonly data: Data;
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
