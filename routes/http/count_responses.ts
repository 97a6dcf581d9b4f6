import { createMiddleware } from "hono/factory";
import type { Gateway } from "../../lib/gateway/mod.ts";
import type { Env } from "./env.ts";
import { codeOf } from "./errors.ts";

/** Counts every answer by its status, and every refusal by its code. */
export function countResponses(activity: Gateway["activity"]) {
  return createMiddleware<Env>(async (context, next) => {
    await next();
    activity.respond(context.res.status);
    if (context.error !== undefined) activity.fail("http", codeOf(context.error));
  });
}
