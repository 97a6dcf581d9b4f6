import { closes, errorKinds } from "../../lib/protocol/mod.ts";
import { streamDefinitions } from "../../lib/streams/mod.ts";

/** Every error code of a miner's connection, with what follows from it. */
export const errorTable = Object.entries(errorKinds).map(([code, { message, close, status, temporary }]) => ({
  code,
  message,
  status,
  close: close?.code ?? null,
  temporary,
}));

/** Every way in which the gateway closes a WebSocket, and whether to come back. */
export const closeTable = [
  ...Object.values(errorKinds).flatMap(({ close }) => close ?? []),
  ...Object.values(closes),
].map(({ code, reason, reconnect }) => ({ code, reason, reconnect }))
  .sort((a, b) => a.code - b.code || (a.reason < b.reason ? -1 : 1));

/** Every stream, and how often its source is asked. */
export const streamTable = streamDefinitions.map(({ name, period }) => ({ name, period_ms: period }));
