import { type ErrorCode, errorKinds, type ExactObject, parseTimestamp } from "../protocol/mod.ts";
import { type HttpRefusal, milliseconds } from "./http_requests.ts";

/**
 * What to do with a message that was not taken: send it `again` at once, `later`, only after the longest wait since
 * the refusal will not change soon (`blocked`), or find out which of its predictions are `unfit`.
 */
type Verdict = "again" | "later" | "blocked" | "unfit";

/** Why a message was not taken. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly verdict: Verdict;
  /** The nonce of the message that failed, where the error names one. */
  readonly inReplyTo?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  /** The message was refused for its size. */
  readonly tooLarge?: boolean;
  /** The validator's time, milliseconds since the Unix epoch, where ours was refused. */
  readonly serverTime?: number | undefined;
}

/** Reads an error frame: the flat, unsigned one. */
export function readErrorFrame(frame: ExactObject): Failure {
  const { code, message, in_reply_to, retry_after_ms } = frame;
  const text = typeof message === "string" ? message : "unknown error";
  return {
    code: typeof code === "string" ? code : "unknown",
    message: text,
    verdict: verdictOf(code),
    inReplyTo: typeof in_reply_to === "string" ? in_reply_to : undefined,
    retryAfterMs: milliseconds(retry_after_ms),
    serverTime: code === "not_authorized" ? serverTimeIn(text) : undefined,
  };
}

function verdictOf(code: unknown): Verdict {
  if (code === "replayed") return "again";
  if (code === "invalid_message") return "unfit";
  if (!isErrorCode(code)) return "later";
  return errorKinds[code].temporary ? "later" : "blocked";
}

/** Whether a word is the code of one of the gateway's errors. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(errorKinds, code);
}

/** Whether an error is followed by the close. */
export function endsConnection(code: string): boolean {
  return isErrorCode(code) && errorKinds[code].close !== null;
}

const statusCodes: Record<number, ErrorCode> = {
  400: "invalid_message",
  401: "not_authorized",
  403: "not_authorized",
  413: "invalid_message",
  422: "invalid_message",
  429: "rate_limited",
  503: "server_closing",
};

/** Reads an HTTP answer that carries no signed message. */
export function readHttpError(refusal: HttpRefusal): Failure {
  const { status, headers, message, retryAfterMs } = refusal;
  const code = isErrorCode(refusal.code) ? refusal.code : statusCodes[status];
  return {
    code: code ?? `http_${status}`,
    message,
    // A conflict that is not a replayed nonce is one of content.
    verdict: status === 409 && code === undefined ? "unfit" : verdictOf(code),
    retryAfterMs,
    tooLarge: status === 413,
    serverTime: code === "not_authorized" && status === 401
      ? serverTimeIn(message) ?? dateOf(headers)
      : undefined,
  };
}

const stale = /timestamp .* off the server's clock \(([^)]+)\)/;

function serverTimeIn(message: string): number | undefined {
  const [, time] = stale.exec(message) ?? [];
  return time === undefined ? undefined : parseTimestamp(time) ?? undefined;
}

function dateOf(headers: Headers): number | undefined {
  const time = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(time) ? undefined : time;
}
