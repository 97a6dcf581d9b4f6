import { answerJson } from "../http/answer_json.ts";
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { type Connection, type Hub, type Place, Priority } from "../../lib/hub/mod.ts";
import { closes, FirstSignal, Kind, liveness, type Position, streamMessage } from "../../lib/protocol/mod.ts";
import { type Stream, StreamRefusal, type Wanted } from "../../lib/streams/mod.ts";
import { type FigureName, gatewayFigures, historyRanges, networkFigures } from "../../lib/telemetry/mod.ts";
import { type Answers, Rendering } from "../http/answers.ts";
import { documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { EventLink } from "./event_link.ts";
import { count, readQuery, wait } from "../http/query.ts";
import { turnAway } from "../http/turn_away.ts";
import type { WaitingRoom } from "../http/waiting_room.ts";

const maxStreams = 32;
/** Proxies cut what is silent for 30 to 60 s. */
const commentInterval = 15_000;
const encoder = new TextEncoder();
const [comment, comeBack] = [encoder.encode(":\n\n"), encoder.encode("retry: 100\n\n")];
/** The share of its life after which a client may be sent back, and of how many such clients one is each time. */
const [youth, turns] = [0.75, 5];

const json = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
const eventStream = {
  "content-type": "text/event-stream",
  // Compressed, or gathered by nginx, events would wait for each other.
  "cache-control": "no-store, no-transform",
  "x-accel-buffering": "no",
};

/** For streams that need one; a program sends it as `Authorization: Bearer` instead, which no log shows. */
const token = z.string().max(16_384).optional().describe("subscription tokens, with commas between");
/** From where on a stream's messages are asked for. */
const newsQuery = z.object({
  token,
  since: count.optional(),
  epoch: z.string().max(64).optional(),
  wait: wait.optional(),
});
/** Which streams are asked for as server-sent events. */
const eventsQuery = z.object({
  token,
  streams: z.string().max(4096).optional(),
  last_event_id: z.string().max(512).optional(),
});

/** Which part of a stream's history is asked for. */
const historyQuery = z.object({ range: z.enum(historyRanges).default("1h") });

/** The figures of a stream whose history is kept. */
const kept: ReadonlyMap<string, readonly FigureName[]> = new Map([
  ["network_metrics", Object.keys(networkFigures) as FigureName[]],
  ["gateway", Object.keys(gatewayFigures) as FigureName[]],
]);

const streamList = new Kind(
  "Streams",
  () =>
    z.object({
      streams: z.array(z.object({
        name: z.string(),
        description: z.string().optional().describe("of a stream of the operator's own"),
        period_ms: z.number().int().nullable().describe("null where values come as they come"),
        epoch: z.string(),
        offset: z.number().int().min(0),
        status: liveness(),
        subscribers: z.number().int(),
      })),
      simulated: z.boolean().describe("whether the data is made up"),
    }),
  {
    streams: [{
      name: "network_metrics",
      period_ms: 2000,
      epoch: "3f9a01bc",
      offset: 17,
      status: "live",
      subscribers: 3,
    }],
    simulated: true,
  },
);
const newestMessage = new Kind(
  "NewestStreamMessage",
  () =>
    z.looseObject({
      type: z.string(),
      data: z.looseObject({}),
      timestamp: z.number().int().describe("Unix seconds"),
      offset: z.number().int().min(0),
      epoch: z.string(),
      status: liveness(),
    }),
  { ...streamMessage.example as object, epoch: "3f9a01bc", status: "live" },
);
const streamNews = new Kind(
  "StreamNews",
  () =>
    z.object({
      epoch: z.string(),
      offset: z.number().int().min(0),
      recovered: z.boolean().nullable().describe("null where no position was given"),
      status: liveness(),
      message: z.string().optional().describe("why it is stale"),
      messages: z.array(streamMessage.schema),
    }),
  {
    epoch: "3f9a01bc",
    offset: 17,
    recovered: true,
    status: "live",
    messages: [streamMessage.example],
  },
);
const streamAnswer = Kind.anyOf("StreamAnswer", [newestMessage, streamNews]);

const streamHistory = new Kind(
  "StreamHistory",
  () =>
    z.object({
      range: z.enum(historyRanges),
      from: z.number().describe("Unix seconds in the middle of the first step"),
      interval: z.number().describe("seconds from one value to the next"),
      figures: z.record(z.string(), z.array(z.number().nullable()))
        .describe("the mean of each step, oldest first; null where nothing was measured"),
    }),
  { range: "1h", from: 1_795_244_405, interval: 10, figures: { tps: [310, 312.5, null] } },
);

const parameters = { name: "name of a stream" };
const events = {
  description: "`event:` the message's type, `data:` the whole message, `id:` `EPOCH:OFFSET`",
  type: "text/event-stream",
};

/** Streams for those whom WebSockets do not reach: newest values, long polling, server-sent events. Protocol, section 4. */
export function streamRoutes(gateway: Gateway, waitingRoom: WaitingRoom, answers: Answers): Hono<Env> {
  const { streams, hub } = gateway;
  hub.setHeartbeat("events", (due) => tend(hub, due), commentInterval);

  const find = (context: Context<Env>, name: string): Wanted => {
    try {
      return streams.admit({ name, position: undefined, tokens: tokensOf(context) });
    } catch (error) {
      if (!(error instanceof StreamRefusal) || error.code !== "unknown_stream") throw error;
      const names = streams.list().map(({ name }) => name).join(", ");
      throw new BadRequest(`Invalid stream name; there are ${names}`, 404, "unknown_stream");
    }
  };

  const answer = ({ env }: Context<Env>, text: string) =>
    new Response(answers.bodyOf(env, new Rendering(text)), { headers: json });

  return new Hono<Env>()
    .get(
      "/streams",
      documented(
        {
          tag: "Streams",
          summary: "List the streams",
          answers: { 200: { description: "The streams", kind: streamList }, ...refusals() },
        },
      ),
      (context) =>
        answerJson(context, {
          streams: streams.list().map((stream) => ({
            ...describe(stream),
            ...streams.describe(stream.name),
          })),
          simulated: streams.simulated,
        }),
    )
    .get(
      "/streams/events",
      documented({
        tag: "Streams",
        summary: "Several streams as server-sent events",
        description:
          "`streams` names them with commas between, up to 32; the id is `EPOCH:OFFSET.OFFSET` in their order.",
        query: eventsQuery,
        answers: { 200: events, ...refusals(400, 401, 403, 404, 503) },
      }),
      (context) => {
        const names = readQuery(eventsQuery, context.req.query()).streams?.split(",") ?? [];
        if (names.length === 0 || names.length > maxStreams) {
          throw new BadRequest(
            `Invalid query: streams: expected up to ${maxStreams} names, with commas between`,
          );
        }
        return openEvents(context, gateway, [...new Set(names)].map((name) => find(context, name)));
      },
    )
    .get(
      "/streams/:name/events",
      documented({
        tag: "Streams",
        summary: "A stream as server-sent events",
        description: "`Last-Event-ID`, or `last_event_id` in the query, names the event to go on after. " +
          "It ends after `websocket.connection_timeout` at the latest: come back then.",
        parameters,
        query: eventsQuery.pick({ last_event_id: true, token: true }),
        answers: { 200: events, ...refusals(400, 401, 403, 404, 503) },
      }),
      (context) => openEvents(context, gateway, [find(context, context.req.param("name"))]),
    )
    .get(
      "/streams/:name/history",
      documented({
        tag: "Streams",
        summary: "The last hour or day of a stream's figures",
        description:
          "Of `network_metrics` and `gateway`: an hour in steps of 10 s, or a day in steps of 4 min, also over a restart. The node is asked only while somebody listens, unless `streams.look_every` says otherwise; what was not measured is null.",
        parameters,
        query: historyQuery,
        answers: { 200: { description: "The figures", kind: streamHistory }, ...refusals(400, 404) },
      }),
      (context) => {
        const names = kept.get(find(context, context.req.param("name")).stream.name);
        if (names === undefined) {
          throw new BadRequest("No history is kept of this stream", 404, "no_history");
        }
        const { range } = readQuery(historyQuery, context.req.query());
        return answer(context, `${JSON.stringify({ range, ...gateway.figures.read(range, names) })}\n`);
      },
    )
    .get(
      "/streams/:name",
      documented({
        tag: "Streams",
        summary: "The newest value, or what came since",
        description:
          "Alone, the newest message, polled from the node if nobody listens. With `since` or `wait`, the messages after that offset, waiting up to `wait` seconds (60 at most).",
        parameters,
        query: newsQuery,
        answers: {
          200: { description: "The message, or the news", kind: streamAnswer },
          ...refusals(400, 401, 403, 404, 503),
        },
      }),
      async (context) => {
        const { stream } = find(context, context.req.param("name"));
        const { since, epoch, wait } = readQuery(newsQuery, context.req.query());
        const position = since === undefined ? undefined : { epoch: epoch ?? streams.epoch, offset: since };
        await stream.reach(position);
        if (!stream.isReady) throw new BadRequest("The store does not answer", 503, "stale");
        if (since === undefined && wait === undefined) return answer(context, await newest(stream));
        if (position !== undefined && stream.channel.since(position) !== "lost") {
          using first = new FirstSignal(context.req.raw.signal, gateway.ending);
          await waitingRoom.enter(
            context.env.client.address,
            () => stream.next(position.offset, 1000 * (wait ?? 0), first.signal),
          );
        }
        return answer(context, await news(stream, position));
      },
    );
}

/** What a client shows for streams that are not for everybody. */
function tokensOf({ req }: Context<Env>): string[] {
  const bearer = /^Bearer (.+)$/i.exec(req.header("authorization") ?? "")?.[1];
  const shown = bearer ?? req.query("token");
  return shown === undefined ? [] : shown.split(",").map((token) => token.trim());
}

function describe({ name, period, channel: { epoch, offset }, failure, listeners }: Stream) {
  return {
    name,
    period_ms: period,
    epoch,
    offset,
    status: failure === undefined ? "live" : "stale",
    subscribers: listeners,
  };
}

function statusOf({ failure }: Stream): { status: string; message?: string } {
  return failure === undefined ? { status: "live" } : { status: failure.status, message: failure.message };
}

async function newest(stream: Stream): Promise<string> {
  const frame = await stream.newest();
  if (frame === undefined) throw new BadRequest(stream.failure?.message ?? "no value yet", 503, "stale");
  const more = JSON.stringify({ epoch: stream.channel.epoch, ...statusOf(stream) });
  return `${frame.slice(0, -1)},${more.slice(1)}\n`;
}

async function news(stream: Stream, position: Position | undefined): Promise<string> {
  const { channel } = stream;
  const missed = position === undefined ? undefined : channel.since(position);
  const isKnown = missed !== undefined && missed !== "lost";
  const messages = isKnown ? missed.map(({ frame }) => frame) : [await stream.newest() ?? []].flat();
  const recovered = position === undefined ? null : isKnown;
  const head = JSON.stringify({
    epoch: channel.epoch,
    offset: channel.offset,
    recovered,
    ...statusOf(stream),
  });
  return `${head.slice(0, -1)},"messages":[${messages.join()}]}\n`;
}

function openEvents(context: Context<Env>, gateway: Gateway, all: readonly Wanted[]): Response {
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
