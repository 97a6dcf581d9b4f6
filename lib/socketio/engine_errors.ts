/** The answers to requests that cannot be served, as the Engine.IO protocol numbers them. */
export const engineErrors = {
  unknownTransport: { code: 0, message: "Transport unknown", status: 400 },
  unknownSid: { code: 1, message: "Session ID unknown", status: 400 },
  badHandshakeMethod: { code: 2, message: "Bad handshake method", status: 400 },
  badRequest: { code: 3, message: "Bad request", status: 400 },
  notHere: { code: 3, message: "Bad request", status: 404 },
  tooLarge: { code: 3, message: "Payload too large", status: 413 },
  forbidden: { code: 4, message: "Forbidden", status: 403 },
  full: { code: 4, message: "Too many sessions", status: 503 },
  closing: { code: 4, message: "Server is closing", status: 503 },
  unsupportedVersion: { code: 5, message: "Unsupported protocol version", status: 400 },
} as const satisfies Record<string, { code: number; message: string; status: number }>;

/** Names one of {@link engineErrors}. */
export type EngineErrorName = keyof typeof engineErrors;

const retryAfterSeconds = "5";

/** The answer that says what was wrong; `hint` helps people who came with another protocol. */
export function refuse(name: EngineErrorName, hint?: string): Response {
  const { code, message, status } = engineErrors[name];
  const headers: HeadersInit = status === 503 ? { "retry-after": retryAfterSeconds } : {};
  return Response.json({ code, message, ...(hint === undefined ? {} : { hint }) }, { status, headers });
}

/** What was wrong with a session that ends by a fault: as a word, since messages are for people. */
export type FaultKind =
  /** What its protocol does not allow. */
  | "protocol"
  /** More waited unsent than may. */
  | "slow"
  /** More messages came than may. */
  | "rate"
  /** A message was too large. */
  | "size"
  /** The connection broke. */
  | "lost";

/** Why a session ended, where the reason that its protocol has for it does not say enough. */
export class EngineFault extends Error {
  override readonly name = "EngineFault";

  constructor(readonly kind: FaultKind, message: string) {
    super(message);
  }
}
