import { type Context, Hono } from "hono";
import type { Gateway } from "../lib/gateway/mod.ts";
import { Refusal } from "../lib/protocol/mod.ts";
import { addressOf, type Env } from "./env.ts";
import { BadRequest } from "./errors.ts";
import { FirstFrame } from "./first_frame.ts";
import { type Door, WebSocketLink } from "./websocket_link.ts";

const maxTurnedAway = 256;

/** The paths that WebSockets connect to. */
export function websocketRoutes(gateway: Gateway): Hono<Env> {
  const turnedAway: Door["turnedAway"] = new Set();
  const streams: Door = {
    gateway,
    open: (connection) => gateway.createStreamSession(connection),
    turnedAway,
  };
  const miners: Door = { gateway, open: (connection) => new FirstFrame(connection, gateway), turnedAway };
  return new Hono<Env>()
    .get("/ws", (context) => upgrade(context, miners))
    .get("/ws/stream", (context) => upgrade(context, streams))
    .get("/", (context) => upgrade(context, streams));
}

function upgrade(context: Context<Env>, door: Door): Response {
  const request = context.req.raw;
  refuseUpgrade(request, door);
  // Once upgraded, the request tells nothing more.
  const address = addressOf(context.env.info);
  const { socket, response } = startUpgrade(request);
  new WebSocketLink(socket, address, door);
  return response;
}

/** Throws where there must be no upgrade. */
function refuseUpgrade(request: Request, { gateway: { config, status }, turnedAway }: Door): void {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new BadRequest("upgrade required: connect here with a WebSocket", 426, "upgrade_required");
  }
  if (status === "disabled") throw new BadRequest("WebSocket is disabled on this server", 503, "disabled");
  if (status === "draining") throw new Refusal("server_closing", { retryAfterMs: 5000 });
  // Whoever is turned away holds a socket until it answers the close; those that do not must not add up.
  if (turnedAway.size >= maxTurnedAway) throw new Refusal("max_connections", { retryAfterMs: 30_000 });
  const origin = request.headers.get("origin");
  const allowed = config["websocket.allowed_origins"];
  if (origin !== null && allowed !== "all" && !allowed.includes(origin)) {
    throw new BadRequest(`origin ${origin.slice(0, 128)} is not allowed`, 403, "origin_not_allowed");
  }
}

function startUpgrade(request: Request): Deno.WebSocketUpgrade {
  try {
    // Dead peers are found by heartbeats, which cost one timer for all and not one for each.
    return Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  } catch (error) {
    throw new BadRequest(`cannot upgrade: ${(error as Error).message}`);
  }
}
