import { type Close, closes, type ErrorCode, errorKinds } from "../protocol/mod.ts";
import { type Failure, isErrorCode } from "./failures.ts";
import type { Wait } from "./reconnector.ts";
import type { SessionEnd } from "./session.ts";

/** When to connect again, and what to do meanwhile. */
export interface ReconnectPlan {
  /** `longest`: the refusal will not change soon, so only after the maximum interval. */
  readonly delay: Wait;
  /** Whether HTTP is to do meanwhile: `now`, `never` with this refusal, or `later`, once enough attempts failed. */
  readonly http: "now" | "never" | "later";
}

/** What follows from the end of a session. */
export function planReconnect(end: SessionEnd): ReconnectPlan {
  const failure = relevantFailure(end);
  const kind = isErrorCode(failure?.code) ? failure.code : kindOfClose(end);
  // What was too large goes in smaller pieces next time, so that refusal does change.
  if (kind !== undefined && kind !== "tooLarge" && closeOf(kind)?.reconnect === false) {
    return { delay: "longest", http: kind === "not_authorized" ? "never" : "now" };
  }
  return {
    delay: failure?.retryAfterMs === undefined ? "backoff" : { ms: failure.retryAfterMs },
    http: end.cause === "no_frames" ? "now" : "later",
  };
}

/** The error frame that the close goes with; an earlier one says nothing about the end. */
function relevantFailure({ authenticated, failure, code }: SessionEnd): Failure | undefined {
  if (failure === undefined || !authenticated) return failure;
  const close = isErrorCode(failure.code) ? errorKinds[failure.code].close : null;
  return close !== null && (code === undefined || code === close.code) ? failure : undefined;
}

type Kind = ErrorCode | Exclude<keyof typeof closes, "normal">;

const kinds: readonly Kind[] = [
  ...Object.keys(errorKinds) as ErrorCode[],
  "tooLarge",
  "tooManyInvalid",
  "tooManyRequests",
];

function closeOf(kind: Kind): Close | null {
  return isErrorCode(kind) ? errorKinds[kind].close : closes[kind];
}

/** A close says the same as its error frame, which may have been lost. */
function kindOfClose({ code, reason }: SessionEnd): Kind | undefined {
  return kinds.find((kind) => {
    const close = closeOf(kind);
    return close !== null && close.code === code && reason.startsWith(close.reason);
  });
}
