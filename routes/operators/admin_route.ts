import type { Handler } from "hono";
import { type Documentation, documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";

/** A route below `/admin`, where it is checked who asks: what the reference tells of all of them need not be said again. */
export function adminRoute<Parameter extends string>(
  { answers, ...told }: Omit<Documentation<Parameter>, "tag" | "security">,
  handler: Handler<Env, `/:${Parameter}`>,
): Handler<Env, `/:${Parameter}`> {
  const all = { ...refusals(401, 404), ...answers };
  return documented({ tag: "Operators", security: "admin", ...told, answers: all }, handler);
}
