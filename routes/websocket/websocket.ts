import { type Context, Hono } from "hono";
import type { Gateway } from "../../lib/gateway/mod.ts";
import type { Connection, Place, Session } from "../../lib/hub/mod.ts";
import {
  parseMessage,
  Refusal,
  type StreamFormat,
  streamSubprotocols,
  toPlain,
  valueBounds,
} from "../../lib/protocol/mod.ts";
import { legacyDialectOf, legacyDialects, type LegacyTerms } from "../../lib/validator/mod.ts";
import { documented, refusals, upgraded } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { isLocal } from "../http/is_local.ts";
import { turnAway } from "../http/turn_away.ts";
import { checkHandshake } from "./handshake.ts";
import { type Endpoint, WebSocketConnection } from "./websocket_connection.ts";

const answers = { 101: upgraded, ...refusals(400, 403, 426, 503) };
const formats = Object.keys(streamSubprotocols) as StreamFormat[];

/** The paths that WebSockets connect to. */
export function websocketRoutes(gateway: Gateway): Hono<Env> {
  const streams: Endpoint = {
    gateway,
    family: "streams",
    serve: (connection) => gateway.streams.serve(connection),
  };
  const legacy = legacyDialects.filter((name) =>
    gateway.config["websocket.legacy_auth"]?.split(",").includes(name)
  );
  const undecided = (isPrivate: boolean): Endpoint => ({
    gateway,
    family: "undecided",
    serve: (connection) =>
      connection.begin(new FirstFrame(connection, gateway, { allowed: legacy, isPrivate })),
  });
  const [privately, openly] = [undecided(true), undecided(false)];
  return new Hono<Env>()
    .get(
      "/ws",
      documented(
        { tag: "Pages", summary: "A WebSocket for miners", answers },
        (context) => upgrade(context, context.env.client.secure || isLocal(context) ? privately : openly),
      ),
    )
    .get(
      "/ws/stream",
      documented(
        { tag: "Pages", summary: "A WebSocket for streams", answers },
        (context) => upgrade(context, streams),
      ),
    )
    // The dashboard, which is on the same path, says so.
    .get("/", (context) => upgrade(context, streams));
}

function upgrade(context: Context<Env>, endpoint: Endpoint): Response {
  const request = context.req.raw;
  const { address } = context.env.client;
  const place = takePlace(context, endpoint, address);
  // Once upgraded, the request tells nothing more.
  const format = readFormat(request);
  const { socket, response } = startUpgrade(request, format, place);
  new WebSocketConnection(socket, place, endpoint, format);
  return response;
}

function takePlace(context: Context<Env>, endpoint: Endpoint, address: string): Place {
  try {
    refuseUpgrade(context.req.raw, endpoint);
    return endpoint.gateway.hub.reserve(address);
  } catch (error) {
    const id = turnAway(endpoint.gateway, { family: endpoint.family, address, error });
    if (id !== undefined) context.header("X-Connection-Id", id);
    throw error;
  }
}

/** Throws where there must be no upgrade. */
function refuseUpgrade(request: Request, { gateway: { config, status, hub } }: Endpoint): void {
  checkHandshake(request);
  if (status === "disabled") throw new BadRequest("WebSocket is disabled on this server", 503, "disabled");
  if (status === "draining") throw new Refusal("server_closing", { retryAfterMs: hub.returnTime() });
  const origin = request.headers.get("origin");
  const allowed = config["websocket.allowed_origins"];
  if (origin !== null && allowed !== "all" && !allowed.includes(origin)) {
    throw new BadRequest(`origin ${origin.slice(0, 128)} is not allowed`, 403, "origin_not_allowed");
  }
}

/** The first subprotocol offered that is ours. */
function readFormat(request: Request): StreamFormat | undefined {
  const offered = request.headers.get("sec-websocket-protocol")?.split(",") ?? [];
  for (const name of offered) {
    const format = formats.find((format) => streamSubprotocols[format] === name.trim());
    if (format !== undefined) return format;
  }
  return undefined;
}

function startUpgrade(
  request: Request,
  format: StreamFormat | undefined,
  place: Place,
): Deno.WebSocketUpgrade {
  try {
    return Deno.upgradeWebSocket(request, {
      // Who need not say anything is pinged once that is known: the timer would cost everybody 4 KB.
      idleTimeout: 0,
      ...(format === undefined ? {} : { protocol: streamSubprotocols[format] }),
    });
  } catch (error) {
    place.letGo();
    throw new BadRequest(`cannot upgrade: ${(error as Error).message}`);
  }
}

/** Until a client on `/ws` has said what it is: a frame with `hotkey` makes it a miner, one with `type` a stream client, one with `method` The Block's page. */
class FirstFrame implements Session {
  readonly #connection: Connection;
  readonly #gateway: Gateway;
  readonly #legacy: LegacyTerms;

  /** @param legacy what is let in of the ways in which older miners begin */
  constructor(connection: Connection, gateway: Gateway, legacy: LegacyTerms) {
    this.#connection = connection;
    this.#gateway = gateway;
    this.#legacy = legacy;
  }

  receive(text: string): void {
    const { validator, streams } = this.#gateway;
    const message = parseMessage(text, valueBounds.stranger);
    const dialect = legacyDialectOf(message);
    if (dialect !== undefined) {
      validator.serveLegacy(this.#connection, dialect, this.#legacy).begin(message);
    } else if ("hotkey" in message) {
      validator.serve(this.#connection).begin(message);
    } else if ("type" in message) {
      streams.serve(this.#connection).take(toPlain(message));
    } else if ("method" in message) {
      streams.servePage(this.#connection).take(toPlain(message));
    } else {
      throw new Refusal("invalid_message", { detail: 'expected "hotkey" to authenticate, or a "type"' });
    }
  }

  ended(): void {}
}
