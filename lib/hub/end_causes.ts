import { type Close, closes, errorKinds } from "../protocol/mod.ts";

/** Who ended a connection: one of its two ends, or what lies between them. */
export type EndedBy = "client" | "server" | "network";

interface Explanation {
  readonly by: EndedBy;
  /** What happened, as a sentence. */
  readonly meaning: string;
  /** What to do about it. */
  readonly advice: string;
}

/** Why connections end, or are not let in at all. */
export const endCauses = {
  client_closed: {
    by: "client",
    meaning: "The client said goodbye and closed",
    advice: "Nothing to do here; why it left shows in the client's own log",
  },
  protocol_error: {
    by: "client",
    meaning: "The client sent what its protocol does not allow",
    advice: "Check the client's WebSocket or Socket.IO library and its version",
  },
  connection_lost: {
    by: "network",
    meaning:
      "The connection broke without a goodbye: the client died, its machine slept, or something on the way cut it",
    advice:
      "When it recurs after a fixed time, raise the idle timeout of the proxy or NAT on the way, or lower " +
      "--websocket.heartbeat_interval below it",
  },
  heartbeat_timeout: {
    by: "server",
    meaning: "Nothing came from the client for too long, so it was taken for dead",
    advice:
      "Check that the client answers heartbeats and does not block; --websocket.connection_timeout says how long it may " +
      "be silent, --socketio.ping_timeout how long a Socket.IO client may be",
  },
  slow_consumer: {
    by: "server",
    meaning: "The client did not read fast enough, and too much waited for it",
    advice:
      "Read in the client without waiting for other work, look at its bandwidth, or raise --websocket.max_queue",
  },
  not_authorized: {
    by: "server",
    meaning: "The client did not prove who it is, or is not registered here",
    advice:
      "Look at the detail: register the hotkey with PUT /admin/miners/HOTKEY or in the metagraph file, check the key file, " +
      "set the client's clock, or give it a valid API key",
  },
  replayed: {
    by: "server",
    meaning: "The client authenticated with a frame that was used before",
    advice: "Sign anew for every connection, with a fresh nonce",
  },
  already_connected: {
    by: "server",
    meaning: "The same miner has another connection, and one of the two had to go",
    advice: "Run each hotkey in one process only; --websocket.duplicate_policy decides which connection goes",
  },
  max_connections: {
    by: "server",
    meaning: "There was no room for another connection",
    advice:
      "Raise --websocket.max_connections or --websocket.max_connections_per_address; clients behind one proxy share " +
      "its address",
  },
  origin_not_allowed: {
    by: "server",
    meaning: "A web page of another origin tried to connect",
    advice: "Add the origin to --websocket.allowed_origins when the page is yours",
  },
  disabled: {
    by: "server",
    meaning: "WebSocket is switched off on this server",
    advice: "Start it without --websocket.enabled=False; until then clients can use HTTP",
  },
  invalid_message: {
    by: "server",
    meaning: "The client kept sending messages that cannot be understood",
    advice: "Compare what it sends with the protocol; --websocket.log_level=TRACE shows every frame",
  },
  too_large: {
    by: "server",
    meaning: "The client sent a message larger than is allowed",
    advice: "Send less at once, or raise --websocket.max_message_size",
  },
  rate_limited: {
    by: "server",
    meaning: "The client sent too much too fast and did not slow down when told to",
    advice: "Have it wait for the retry_after_ms that it is told, or raise --websocket.rate_limit",
  },
  server_closing: {
    by: "server",
    meaning: "The server was stopping or draining, and told the client when to come back",
    advice: "Nothing to do: the client comes back by itself after its retry_after_ms",
  },
  evicted: {
    by: "server",
    meaning: "The server was running short of memory, and cut off those first whom it knows least",
    advice:
      "Give the server more memory or raise --memory.limit; when heliograph_evictions_total grows, somebody sends what never " +
      "ends: look for his address among the refused",
  },
  renewed: {
    by: "server",
    meaning:
      "The stream of server-sent events was as old as it may get, and its client was sent back for what follows",
    advice:
      "Nothing to do: an EventSource comes back by itself and misses nothing; --websocket.connection_timeout says how old " +
      "one may get",
  },
  dropped: {
    by: "server",
    meaning: "The operator dropped the connection",
    advice: "Nothing to do: the client may come back at once, unless its miner is blacklisted",
  },
  internal_error: {
    by: "server",
    meaning: "The server failed while it served the connection",
    advice: "Look for the connection's id at level ERROR in the server's log",
  },
  closed: { by: "server", meaning: "The server closed the connection", advice: "Nothing to do" },
} as const satisfies Record<string, Explanation>;

/** Why a connection ended. */
export type EndCause = keyof typeof endCauses;

export function isEndCause(code: string): code is EndCause {
  return Object.hasOwn(endCauses, code);
}

const ownCauses = {
  tooLarge: "too_large",
  tooManyInvalid: "invalid_message",
  tooManyRequests: "rate_limited",
  evicted: "evicted",
  dropped: "dropped",
  renewed: "renewed",
  normal: "closed",
} as const satisfies Record<keyof typeof closes, EndCause>;

const causes = new Map<Close, EndCause>([
  ...Object.entries(errorKinds).flatMap(([code, { close }]) =>
    close === null ? [] : [[close, code as EndCause] as const]
  ),
  ...Object.entries(closes).map(([name, close]) => [close, ownCauses[name as keyof typeof closes]] as const),
]);

/** Why this end closed a connection in that way. */
export function causeOf(close: Close): EndCause {
  return causes.get(close) ?? "closed";
}

/** The code of a connection that ended without a close frame. RFC 6455, section 7.1.5. */
export const noGoodbye = 1006;
/** Going away and the like; from 1002 to 1010 clients complain. RFC 6455, section 7.4.1. */
const complaints: ReadonlySet<number> = new Set([1002, 1003, 1007, 1008, 1009, 1010]);

/** Why a connection is over that the other end closed, or nobody did. */
export function causeOfLoss(code: number): EndCause {
  if (code === noGoodbye) return "connection_lost";
  return complaints.has(code) ? "protocol_error" : "client_closed";
}

/** What a close frame has room for. RFC 6455, section 5.5. */
const longestReason = 123;

/** A close's reason with the connection's id behind it, as far as there is room for both. ASCII. */
export function reasonWithId(reason: string, id: string): string {
  const text = reason === "" ? `(${id})` : `${reason} (${id})`;
  return text.length <= longestReason ? text : reason.slice(0, longestReason);
}
