import { errorKinds, predictionRefusals, type StreamData, streams } from "../protocol/mod.ts";

/** Kinds of connections that the hub knows; one that is `undecided` has not said yet what it is. */
export const families = ["undecided", "miners", "streams", "events", "jobs"] as const;
/** How far a connection is: it has not proved who it is, is served, or is closed and not gone yet. */
export const connectionStates = ["pending", "open", "closing"] as const;
/** What a connection came over; `events` are server-sent ones. */
export const transports = ["websocket", "events", "socketio"] as const;
/** Why a connection was refused; what has no name of its own is `other`. */
export const refusalReasons = [
  "max_connections",
  "server_closing",
  "disabled",
  "origin_not_allowed",
  "upgrade_required",
  "unauthorized",
  "rate_limited",
  "invalid_request",
  "internal_error",
  "other",
] as const;
/** Why connections were cut off for the memory's sake: it came near its limit, or grew too fast. */
export const evictionReasons = ["limit", "growth"] as const;
/** Who ended a connection. */
export const enders = ["server", "client"] as const;
/** RFC 6455, section 7.4.1, and the registry that follows from it; all others are `other`. */
export const closeCodes = [
  "1000",
  "1001",
  "1002",
  "1003",
  "1005",
  "1006",
  "1007",
  "1008",
  "1009",
  "1010",
  "1011",
  "1012",
  "1013",
  "other",
] as const;
/** How a message came. */
export const ways = ["websocket", "http"] as const;
/** The codes of protocol section 2; what other parts answer is `other`. */
export const errorCodes = [...Object.keys(errorKinds) as (keyof typeof errorKinds)[], "other"] as const;
/** First digits of an HTTP status. */
export const statusClasses = ["1xx", "2xx", "3xx", "4xx", "5xx"] as const;
/** What became of a prediction; `failed` ones are neither accepted nor refused, and may come again. */
export const predictionResults = ["accepted", "duplicate", "refused", "conflict", "failed"] as const;
/** Why a prediction was refused, those in conflict with an accepted one among them. */
export { predictionRefusals };
/** What is done with a signature. */
export const signatureOperations = ["verify", "sign"] as const;
/** Streams of the product; those that a program of your own defines are `other`. */
export const streamLabels = [...Object.keys(streams) as (keyof StreamData)[], "other"] as const;
/** How a poll ended. */
export const pollResults = ["ok", "error"] as const;
/** States of a job that has not ended. */
export const openJobStatuses = ["awaiting_payment", "queued", "processing"] as const;
/** How a job may end. */
export const endedJobStatuses = ["completed", "failed"] as const;
/** The two ways of Engine.IO. */
export const engineTransports = ["polling", "websocket"] as const;
/** Why an Engine.IO session ended: the names of its protocol, with `_` between their words. */
export const engineCloseReasons = [
  "transport_close",
  "transport_error",
  "ping_timeout",
  "parse_error",
  "forced_close",
] as const;
/** What the gateway says of itself. */
export const gatewayStatuses = ["online", "disabled", "draining", "offline"] as const;
/** One of them. */
export type GatewayStatus = typeof gatewayStatuses[number];
/** Parts of the process's memory, as `Deno.memoryUsage()` tells them apart. */
export const memoryKinds = ["rss", "heap_total", "heap_used", "external"] as const;
/** What the processor's time went into. */
export const cpuModes = ["user", "system"] as const;

/** A text from outside as one of a fixed set of label values, or as what stands for all others. */
export function labelOf<Value extends string>(
  values: readonly Value[],
  text: string,
  otherwise: NoInfer<Value>,
): Value {
  return values.find((value) => value === text) ?? otherwise;
}
