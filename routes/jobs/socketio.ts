import { answerJson } from "../http/answer_json.ts";
import { type Context, Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { documented, refusals, upgraded } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { checkHandshake } from "../websocket/handshake.ts";
import { correctStray } from "./stray_sockets.ts";

const engineQuery = z.object({
  EIO: z.enum(["4"]).describe("revision of Engine.IO, `4`"),
  transport: z.enum(["polling", "websocket"]),
});
const sessionId = z.string().describe("of the session, as its opening packet says; none opens one");

/** Where Socket.IO clients connect. Protocol, section 5. */
export function socketRoutes(gateway: Gateway): Hono<Env> {
  const handle = (context: Context<Env>) => {
    const { raw } = context.req;
    if (isUpgrade(context)) checkHandshake(raw);
    if (gateway.status === "disabled" && isUpgrade(context)) {
      throw new BadRequest("WebSocket is disabled on this server", 503, "disabled");
    }
    const { address, secure } = context.env.client;
    return gateway.sockets.handle(raw, { address, secure });
  };
  return new Hono<Env>()
    .get(
      "/socket.io/*",
      documented({
        tag: "Pages",
        summary: "Socket.IO: long polling, or a WebSocket",
        query: engineQuery.extend({ sid: sessionId.optional() }),
        answers: {
          101: upgraded,
          200: { description: "Engine.IO packets", type: "text/plain" },
          ...refusals(400, 403, 426, 503),
        },
      }, handle),
    )
    .post(
      "/socket.io/*",
      documented({
        tag: "Pages",
        summary: "Socket.IO: packets of a client that polls",
        query: engineQuery.extend({ sid: sessionId }),
        answers: { 200: { description: "Taken", type: "text/html" }, ...refusals() },
      }, handle),
    )
    .all("/socket.io/*", handle);
}

/** Tells Socket.IO clients that came to another path where to go; pages of `origins` may read it. */
export function correctSocketClients(gateway: Gateway) {
  const origins = gateway.config["websocket.allowed_origins"];
  return createMiddleware<Env>(async (context, next) => {
    const { EIO: revision, transport } = context.req.query();
    if (revision === undefined || transport === undefined) return await next();
    if (isUpgrade(context)) checkHandshake(context.req.raw);
    const message = `Socket.IO is served on /socket.io/, not on ${context.req.path.slice(0, 128)}`;
    const { address } = context.env.client;
    const response = isUpgrade(context)
      ? correctStray(gateway, context.req.raw, address, message)
      : undefined;
    if (response !== undefined) return response;
    const origin = origins === "all" ? "*" : context.req.header("origin") ?? "";
    if (origin === "*" || origins.includes(origin)) context.header("Access-Control-Allow-Origin", origin);
    return answerJson(context, { code: 3, message }, 400);
  });
}

function isUpgrade(context: Context<Env>): boolean {
  return context.req.header("upgrade")?.toLowerCase() === "websocket";
}
