import type { Context } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { type Connection, type Hub, type Place, Priority } from "../../lib/hub/mod.ts";
import { closes } from "../../lib/protocol/mod.ts";
import type { Wanted } from "../../lib/streams/mod.ts";
import type { Env } from "../http/env.ts";
import { readQuery } from "../http/query.ts";
import { turnAway } from "../http/turn_away.ts";
import { EventLink } from "./event_link.ts";
import { token } from "./tokens.ts";

/** Proxies cut what is silent for 30 to 60 s. */
const commentInterval = 15_000;
const encoder = new TextEncoder();
const [comment, comeBack] = [encoder.encode(":\n\n"), encoder.encode("retry: 100\n\n")];
/** The share of its life after which a client may be sent back, and of how many such clients one is each time. */
const [youth, turns] = [0.75, 5];

const eventStream = {
  "content-type": "text/event-stream",
  // Compressed, or gathered by nginx, events would wait for each other.
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

/** Which streams are asked for as server-sent events. */
export const eventsQuery = z.object({
  token,
  streams: z.string().max(4096).optional(),
  last_event_id: z.string().max(512).optional(),
});

/** Has the hub keep alive those who listen to server-sent events, and send them back in time. */
export function tendEvents(hub: Hub): void {
  hub.setHeartbeat("events", (due) => tend(hub, due), commentInterval);
}

/** Opens what serves streams as server-sent events, each from where its client was. */
export function openEvents(context: Context<Env>, gateway: Gateway, all: readonly Wanted[]): Response {
  const { hub } = gateway;
  const { last_event_id } = readQuery(eventsQuery, context.req.query());
  const wanted = readPositions(all, context.req.header("last-event-id") ?? last_event_id);
  const place = takePlace(gateway, context);
  const link = new EventLink(() => {
    hub.release(connection, closes.normal);
    // What its client does not read stays, and the connection with it.
    place.abandon();
  });
  const connection = hub.admit(link, place, "events");
  letGoOnceSent(place, context.env);
  gateway.streams.serveEvents(connection, wanted);
  return new Response(link.body, { headers: { ...eventStream, "x-connection-id": connection.id } });
}

function takePlace(gateway: Gateway, context: Context<Env>): Place {
  const { address } = context.env.client;
  try {
    return gateway.hub.reserve(address);
  } catch (error) {
    const id = turnAway(gateway, { family: "events", address, error });
    if (id !== undefined) context.header("X-Connection-Id", id);
    throw error;
  }
}

function letGoOnceSent(place: Place, { over }: Env["Bindings"]): void {
  const letGo = () => place.letGo();
  const sent = over?.();
  if (sent === undefined) letGo();
  else sent.then(letGo, letGo);
}

/** Reads `EPOCH:OFFSET`, or `EPOCH:OFFSET.OFFSET` for several streams in their order; an offset may be empty. */
function readPositions(all: readonly Wanted[], lastEventId = ""): Wanted[] {
  const [, epoch = "", offsets = ""] = /^([^:]{1,64}):([\d.]+)$/.exec(lastEventId) ?? [];
  const parts = offsets.split(".");
  return all.map((wanted, index) => {
    const offset = parts[index] ?? "";
    return { ...wanted, position: offset === "" ? undefined : { epoch, offset: Number(offset) } };
  });
}

/**
 * Keeps them alive, or sends them back for what follows: nothing that a client says shows whether it is still there, so that
 * none stays for longer than `websocket.connection_timeout`. Those who came together do not come back together.
 */
function tend(hub: Hub, due: readonly Connection[]): void {
  const life = hub.limits.connectionTimeout;
  let old = 0;
  for (const connection of due) {
    const age = hub.elapsed() - connection.openedAt;
    const isOver = age + commentInterval > life || age >= youth * life && (old += 1) % turns === 1;
    connection.offer(isOver ? comeBack : comment, Priority.heartbeat);
    if (isOver) connection.close(closes.renewed);
  }
}
