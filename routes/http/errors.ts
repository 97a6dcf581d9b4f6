import { answerJson } from "./answer_json.ts";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { InscriptionError } from "../../lib/inscriptions/mod.ts";
import { Refusal, systemClock } from "../../lib/protocol/mod.ts";
import { StreamRefusal } from "../../lib/streams/mod.ts";
import { logger, Throttle } from "../../lib/telemetry/mod.ts";

const log = logger("http");
const faults = new Throttle({ clock: systemClock });

/** An answer's body where nothing signed can be said. */
interface ErrorBody {
  /** The same as within; KiloScribe's SDK shows this one. */
  readonly message: string;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly reason?: string;
    readonly retry_after_ms?: number;
  };
}

/** A request that cannot be served as it is. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";

  constructor(
    message: string,
    readonly status: ContentfulStatusCode = 400,
    readonly code: string = "invalid_request",
    /** What the answer tells beside its body. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** The code that an error is answered with. */
export function codeOf(error: unknown): string {
  const isKnown = error instanceof Refusal || error instanceof InscriptionError ||
    error instanceof BadRequest || error instanceof StreamRefusal;
  return isKnown ? error.code : "internal_error";
}

/** Answers whatever a route throws. What nobody foresaw is logged, and its cause is not told. */
export function answerError(error: Error, context: Context): Response {
  if (error instanceof Refusal || error instanceof InscriptionError) return answerRefusal(error, context);
  if (error instanceof BadRequest) {
    return answerJson(context, body(error.code, error.message), error.status, { ...error.headers });
  }
  if (error instanceof StreamRefusal) {
    return answerJson(context, body(error.code, error.message), error.status);
  }
  if (error instanceof HTTPException) return error.getResponse();
  faults.error(log, error.name, "Fault while serving {method} {path}: {error}", {
    method: context.req.method,
    path: context.req.path,
    error,
  });
  return answerJson(context, body("internal_error", "Internal error"), 500);
}

function answerRefusal(
  error: Refusal | InscriptionError,
  context: Context,
): Response {
  const { code, message, status, retryAfterMs } = error;
  if (retryAfterMs !== undefined) context.header("Retry-After", String(Math.ceil(retryAfterMs / 1000)));
  const reason = error instanceof Refusal ? error.reason : undefined;
  return answerJson(context, body(code, message, { retryAfterMs, reason }), status as ContentfulStatusCode);
}

function body(
  code: string,
  message: string,
  { reason, retryAfterMs }: { reason?: string | undefined; retryAfterMs?: number | undefined } = {},
): ErrorBody {
  return {
    message,
    error: {
      code,
      message,
      ...(reason === undefined ? {} : { reason }),
      ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
    },
  };
}
