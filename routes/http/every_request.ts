import type { MiddlewareHandler } from "hono";
import type { Gateway } from "../../lib/gateway/mod.ts";
import type { Env } from "./env.ts";
import { codeOf } from "./errors.ts";
import { checkLength, checkSize } from "./request_bounds.ts";
import { checkHost } from "./request_target.ts";
import { addSecurityHeaders } from "./security_headers.ts";

/**
 * What is done with every answer, in one handler, since each handler costs: what the request's body held is given back, the
 * answer counted by its status and a refusal by its code.
 */
export function finishAnswers(activity: Gateway["activity"]): MiddlewareHandler<Env> {
  return async (context, next) => {
    try {
      await next();
    } finally {
      context.get("lease")?.release();
    }
    const { res, error, env } = context;
    addSecurityHeaders(res, env.client.secure);
    activity.respond(res.status);
    if (error !== undefined) activity.fail("http", codeOf(error));
  };
}

/** Lets no request further that is too large, of unknown length, or for no host. */
export function checkRequests(): MiddlewareHandler<Env> {
  return ({ req: { raw } }, next) => {
    checkHost(raw);
    checkSize(raw);
    checkLength(raw);
    return next();
  };
}
