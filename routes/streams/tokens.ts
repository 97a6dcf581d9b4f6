import type { Context } from "hono";
import { z } from "zod";
import type { Env } from "../http/env.ts";

/** For streams that need one; a program sends it as `Authorization: Bearer` instead, which no log shows. */
export const token = z.string().max(16_384).optional().describe("subscription tokens, with commas between");

/** What a client shows for streams that are not for everybody. */
export function tokensOf({ req }: Context<Env>): string[] {
  const bearer = /^Bearer (.+)$/i.exec(req.header("authorization") ?? "")?.[1];
  const shown = bearer ?? req.query("token");
  return shown === undefined ? [] : shown.split(",").map((token) => token.trim());
}
