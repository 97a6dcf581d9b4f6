/** How a connection ends: WebSocket close code (RFC 6455, section 7.4), reason, and whether to come back. */
export interface Close {
  /** As RFC 6455 numbers them. */
  readonly code: number;
  /** A few words. */
  readonly reason: string;
  /** Whether a client may come back. */
  readonly reconnect: boolean;
}

interface ErrorKind {
  /** What the message of the error frame begins with. */
  readonly message: string;
  /** How the connection ends with it; null: it stays open. */
  readonly close: Close | null;
  /** The HTTP status of the same error. */
  readonly status: 400 | 401 | 403 | 408 | 409 | 413 | 422 | 429 | 500 | 503;
  /** Whether the same request can succeed later. */
  readonly temporary: boolean;
}

/** Every error that the gateway reports to miners, by its code. Protocol, section 2. */
export const errorKinds = {
  not_authorized: {
    message: "Not authorized",
    close: { code: 1008, reason: "Not authorized", reconnect: false },
    status: 401,
    temporary: false,
  },
  replayed: {
    message: "Not authorized",
    close: { code: 1008, reason: "Not authorized", reconnect: true },
    status: 409,
    temporary: false,
  },
  max_connections: {
    message: "Max connections reached",
    close: { code: 1013, reason: "Max connections reached", reconnect: true },
    status: 503,
    temporary: true,
  },
  invalid_message: { message: "Invalid message format", close: null, status: 400, temporary: false },
  heartbeat_timeout: {
    message: "Heartbeat timeout",
    close: { code: 1001, reason: "Heartbeat timeout", reconnect: true },
    status: 408,
    temporary: true,
  },
  already_connected: {
    message: "Client already connected",
    close: { code: 1008, reason: "Client already connected", reconnect: false },
    status: 409,
    temporary: false,
  },
  server_closing: {
    message: "Server closing connection",
    close: { code: 1001, reason: "Server closing connection", reconnect: true },
    status: 503,
    temporary: true,
  },
  rate_limited: { message: "Rate limit exceeded", close: null, status: 429, temporary: true },
  slow_consumer: {
    message: "Slow consumer",
    close: { code: 1013, reason: "Slow consumer", reconnect: true },
    status: 503,
    temporary: true,
  },
  internal_error: { message: "Internal error", close: null, status: 500, temporary: true },
} as const satisfies Record<string, ErrorKind>;

/** The `code` of an error frame. */
export type ErrorCode = keyof typeof errorKinds;

/** Why somebody is not authorized, in a word that programs go by. */
export const denials = [
  "not_registered",
  "blacklisted",
  "stale",
  "bad_signature",
  "other_validator",
] as const;

/** One of {@link denials}. */
export type Denial = typeof denials[number];

/** Why a message was too large: for anybody, or for a client that has not authenticated, in a word that programs go by. */
export const excesses = ["too_large", "too_large_before_authentication"] as const;

/** One of {@link excesses}. */
export type Excess = typeof excesses[number];

/** Closes that no entry of {@link errorKinds} stands for by itself. */
export const closes = {
  tooLarge: { code: 1009, reason: "Invalid message format", reconnect: false },
  tooManyInvalid: { code: 1008, reason: "Invalid message format", reconnect: false },
  tooManyRequests: { code: 1008, reason: "Rate limit exceeded", reconnect: true },
  dropped: { code: 1001, reason: "Server closing connection: dropped by the operator", reconnect: true },
  /** Its TCP connection is ended without a close frame, so that the client sees 1006. */
  evicted: { code: 1013, reason: "Server is short of memory", reconnect: true },
  /** Of server-sent events, whose client the server cannot ask whether it is still there. */
  renewed: { code: 1001, reason: "Come back for what follows", reconnect: true },
  normal: { code: 1000, reason: "", reconnect: false },
} as const satisfies Record<string, Close>;

/** The flat, unsigned error frame of Protocol, section 2. */
export interface ErrorFrame {
  /** As in all messages. */
  readonly type: "error";
  /** Always this, as programs of the first version look for it. */
  readonly status: "error";
  /** What programs go by. */
  readonly code: ErrorCode;
  /** What people read. */
  readonly message: string;
  /** The two again, where Bettensor's miners read them. */
  readonly data: { readonly message: string; readonly code: ErrorCode };
  /** With `not_authorized` and `invalid_message`, where there is a word for it. */
  readonly reason?: Denial | Excess;
  /** The nonce of the message that it answers. */
  readonly in_reply_to?: string;
  /** After so many milliseconds it may go through. */
  readonly retry_after_ms?: number;
}

/** What an error frame says beyond its code. */
export interface ErrorDetails {
  /** Follows the code's own message after a colon. */
  readonly detail?: string | undefined;
  /** Why it is not authorized, or too large. */
  readonly reason?: Denial | Excess | undefined;
  /** The nonce of the message that is refused. */
  readonly inReplyTo?: string | undefined;
  /** Milliseconds after which the client may try again. */
  readonly retryAfterMs?: number | undefined;
  /** The HTTP status, where it is not the one of the code. */
  readonly status?: number | undefined;
  /** What came before it. */
  readonly cause?: unknown;
}

/** A refusal that its cause's sender is told of. Thrown by whatever checks, answered at the edge. */
export class Refusal extends Error {
  /** What tells it from other errors. */
  override readonly name = "Refusal";
  /** What is told beyond the code's own sentence. */
  readonly detail: string | undefined;
  /** Why it is not authorized, or too large. */
  readonly reason: Denial | Excess | undefined;
  /** The nonce of the message that is refused. */
  readonly inReplyTo: string | undefined;
  /** Milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The HTTP status of an answer that says so. */
  readonly status: number;

  /** The code's own sentence is the message, with the detail behind it. */
  constructor(readonly code: ErrorCode, details: ErrorDetails = {}) {
    const { message, status } = errorKinds[code];
    super(details.detail === undefined ? message : `${message}: ${details.detail}`, { cause: details.cause });
    this.detail = details.detail;
    this.reason = details.reason;
    this.inReplyTo = details.inReplyTo;
    this.retryAfterMs = details.retryAfterMs;
    this.status = details.status ?? status;
  }

  /** The frame to send. */
  frame(): ErrorFrame {
    const { code, message } = this;
    return {
      type: "error",
      status: "error",
      code,
      message,
      data: { message, code },
      ...(this.reason === undefined ? {} : { reason: this.reason }),
      ...(this.inReplyTo === undefined ? {} : { in_reply_to: this.inReplyTo }),
      ...(this.retryAfterMs === undefined ? {} : { retry_after_ms: this.retryAfterMs }),
    };
  }
}
