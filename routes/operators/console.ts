import { type Context, Hono } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { type ConsoleSession, idleTime, type Login } from "../../lib/operations/mod.ts";
import { consoleState, describeIssue, formatTimestamp, Kind, toldSession } from "../../lib/protocol/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { operator, readBody } from "../http/body.ts";
import { documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { requireCsrf, sessionCookie, sessionOf, writeDown } from "./operator_access.ts";

const maxBody = 4096;
const uncached = { "cache-control": "no-store" };
const noToken = "No admin token is configured: set HELIOGRAPH_ADMIN_TOKEN, and start the gateway again";

const tokenKind = new Kind(
  "AdminToken",
  () => z.strictObject({ token: z.string().min(1).max(1024) }),
  { token: "the admin token" },
);
const ended = new Kind("SessionEnded", () => z.object({ ended: z.literal(true) }), { ended: true });

/** The console's sessions. Protocol, section 6. */
export function consoleRoutes(gateway: Gateway): Hono<Env> {
  const answers = (...more: number[]) => ({
    200: { description: "The session", kind: toldSession },
    ...refusals(401, 404, ...more),
  });
  return new Hono<Env>()
    .get(
      "/console/session",
      documented({
        tag: "Operators",
        summary: "Who is logged in to the console",
        answers: { 200: { description: "The session, if any", kind: consoleState }, ...refusals() },
      }, async (context) => {
        const session = await sessionOf(gateway, context);
        const configured = gateway.console.sessions !== undefined;
        const told = session === undefined ? null : describe(session);
        return answerJson(context, { configured, session: told }, 200, uncached);
      }),
    )
    .post(
      "/console/login",
      documented({
        tag: "Operators",
        summary: "Log in to the console",
        description:
          "Gives a cookie that is good for reading `/admin`; changes are locked. Wrong tokens are counted for each address.",
        body: { kind: tokenKind },
        answers: answers(400, 408, 413),
      }, async (context) => {
        const sessions = sessionsOf(gateway);
        const login = await sessions.begin(await readToken(context, gateway), context.env.client.address);
        if (login.result !== "welcome") return await refuse(context, gateway, login);
        setCookie(context, sessionCookie, login.secret, {
          httpOnly: true,
          sameSite: "Strict",
          secure: context.env.client.secure,
          path: "/",
        });
        await writeDown(gateway, context, login.session.name, 200);
        return answerSession(context, login.session);
      }),
    )
    .post(
      "/console/unlock",
      documented({
        tag: "Operators",
        summary: "Allow changes for ten minutes",
        body: { kind: tokenKind },
        answers: answers(400, 403, 408, 413),
      }, async (context) => {
        const { secret, session } = await changing(context, gateway);
        const token = await readToken(context, gateway);
        const login = await sessionsOf(gateway).unlock(secret, token, context.env.client.address);
        if (login === undefined) throw new BadRequest("Not logged in", 401, "unauthorized");
        if (login.result !== "welcome") return await refuse(context, gateway, login, session.name);
        await writeDown(gateway, context, session.name, 200);
        return answerSession(context, login.session);
      }),
    )
    .post(
      "/console/logout",
      documented({
        tag: "Operators",
        summary: "Log out of the console",
        description: "With `everywhere=true` every session ends, of all operators.",
        query: z.object({ everywhere: z.enum(["true", "false"]).optional() }),
        answers: { 200: { description: "Logged out", kind: ended }, ...refusals(401, 403, 404) },
      }, async (context) => {
        const { secret, session } = await changing(context, gateway);
        const sessions = sessionsOf(gateway);
        if (context.req.query("everywhere") === "true") await sessions.endAll();
        else await sessions.end(secret);
        deleteCookie(context, sessionCookie, { path: "/", secure: context.env.client.secure });
        await writeDown(gateway, context, session.name, 200);
        return answerJson(context, { ended: true });
      }),
    );
}

function sessionsOf({ console: { sessions } }: Gateway) {
  if (sessions === undefined) throw new BadRequest(noToken, 404, "no_admin_token");
  return sessions;
}

/** The session of a request that changes something. */
async function changing(context: Context<Env>, gateway: Gateway) {
  sessionsOf(gateway);
  const session = await sessionOf(gateway, context);
  if (session === undefined) throw new BadRequest("Not logged in", 401, "unauthorized");
  requireCsrf(context, session);
  return { session, secret: getCookie(context, sessionCookie) ?? "" };
}

async function readToken(context: Context<Env>, gateway: Gateway): Promise<string> {
  const text = await readBody(context, gateway, { maxSize: maxBody, name: operator });
  const body = tokenKind.schema.safeParse(parsed(text));
  if (!body.success) throw new BadRequest(`Invalid body: ${describeIssue(body.error)}`);
  return (body.data as { token: string }).token;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function refuse(
  context: Context<Env>,
  gateway: Gateway,
  login: Exclude<Login, { readonly result: "welcome" }>,
  actor = "nobody",
): Promise<Response> {
  if (login.result === "wait") {
    const seconds = Math.ceil(login.retryAfterMs / 1000);
    throw new BadRequest("Too many wrong tokens", 429, "rate_limited", { "Retry-After": String(seconds) });
  }
  await writeDown(gateway, context, actor, 401);
  throw new BadRequest("Wrong admin token", 401, "unauthorized");
}

function answerSession(context: Context<Env>, session: ConsoleSession): Response {
  return answerJson(context, describe(session), 200, uncached);
}

function describe({ name, csrf, unlockedUntil }: ConsoleSession) {
  return {
    name,
    csrf,
    idle_seconds: idleTime / 1000,
    unlocked_until: unlockedUntil === 0 ? null : formatTimestamp(unlockedUntil),
  };
}
