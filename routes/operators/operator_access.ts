import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { sameText } from "../../lib/crypto/mod.ts";
import type { Gateway } from "../../lib/gateway/mod.ts";
import type { ConsoleSession } from "../../lib/operations/mod.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { hasAdminToken } from "./admin_token.ts";

/** The cookie that stands for a session of the console. */
export const sessionCookie = "heliograph_session";

const noAdmin = "Not found: nothing is served under /admin without an admin token (HELIOGRAPH_ADMIN_TOKEN)";
/** What a back end posts all day, and not an operator. */
const publishing = /^\/admin\/(?:games|streams\/[^/]+)$/;

/** What changes nothing, though a body comes with it. */
const comparing = /^\/admin\/metagraph\/diff$/;

/** Lets in who has the admin token, or a session of the console; what they change is written down. */
export function operatorAccess(gateway: Gateway) {
  const token = gateway.config["admin_token"];
  return createMiddleware<Env>(async (context, next) => {
    if (token === undefined) throw new BadRequest(noAdmin, 404, "not_found");
    const { method, path } = context.req;
    const isPlain = method === "GET" || method === "HEAD";
    const isRead = isPlain || comparing.test(path);
    if (hasAdminToken(context, token)) {
      await next();
      const isPublished = method === "POST" && publishing.test(path);
      if (!isRead && !isPublished) await writeDown(gateway, context, "token");
      return;
    }
    const session = await sessionOf(gateway, context);
    if (session === undefined) {
      context.header("WWW-Authenticate", "Bearer");
      throw new BadRequest("Wrong or missing admin token", 401, "unauthorized");
    }
    if (!isPlain) requireCsrf(context, session);
    if (!isRead && session.unlockedUntil === 0) {
      throw new BadRequest("Actions are locked: unlock them with the admin token", 423, "locked");
    }
    await next();
    if (!isRead) await writeDown(gateway, context, session.name);
  });
}

/** The session that a request's cookie stands for. */
export async function sessionOf(
  { console }: Gateway,
  context: Context<Env>,
): Promise<ConsoleSession | undefined> {
  const secret = getCookie(context, sessionCookie);
  if (secret === undefined || secret.length > 128) return undefined;
  // What a page asks by itself does not mean that somebody sits before it.
  const isUsed = context.req.header("x-background") === undefined && !context.req.path.endsWith("/events");
  return await console.sessions?.find(secret, isUsed);
}

/** Only a page of ours can read what a change has to send back. */
export function requireCsrf({ req }: Context<Env>, { csrf }: ConsoleSession): void {
  if (!sameText(req.header("x-csrf-token") ?? "", csrf)) {
    throw new BadRequest("Missing or wrong x-csrf-token", 403, "csrf");
  }
}

/** Has the audit log tell of a request that was answered. */
export async function writeDown(
  { console, clock }: Gateway,
  context: Context<Env>,
  actor: string,
  status = context.res.status,
): Promise<void> {
  const { method, path } = context.req;
  const { address } = context.env.client;
  const record = { at: clock.now(), actor, address, action: `${method} ${path.slice(0, 200)}`, status };
  await (status === 401 ? console.audit.recordRefused(record) : console.audit.record(record));
}
