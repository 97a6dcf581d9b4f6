import type { Context } from "hono";
import { sameText } from "../../lib/crypto/mod.ts";
import type { Env } from "../http/env.ts";

/** Whether a request carries the operators' token; false where none is set. */
export function hasAdminToken({ req }: Context<Env>, token: string | undefined): boolean {
  const given = /^Bearer (.+)$/i.exec(req.header("authorization") ?? "")?.[1];
  return token !== undefined && given !== undefined && sameText(given, token);
}
