import { answerJson } from "../http/answer_json.ts";
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { FirstSignal, Kind, liveness, type Position, streamMessage } from "../../lib/protocol/mod.ts";
import { type Stream, StreamRefusal, type Wanted } from "../../lib/streams/mod.ts";
import { type FigureName, gatewayFigures, historyRanges, networkFigures } from "../../lib/telemetry/mod.ts";
import { type Answers, Rendering } from "../http/answers.ts";
import { documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { count, readQuery, wait } from "../http/query.ts";
import type { WaitingRoom } from "../http/waiting_room.ts";
import { eventsQuery, openEvents, tendEvents } from "./stream_events.ts";
import { token, tokensOf } from "./tokens.ts";

const maxStreams = 32;

const json = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };

/** From where on a stream's messages are asked for. */
const newsQuery = z.object({
  token,
  since: count.optional(),
  epoch: z.string().max(64).optional(),
  wait: wait.optional(),
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
  tendEvents(hub);

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
        (context) =>
          answerJson(context, {
            streams: streams.list().map((stream) => ({
              ...describe(stream),
              ...streams.describe(stream.name),
            })),
            simulated: streams.simulated,
          }),
      ),
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
      }, (context) => {
        const names = readQuery(eventsQuery, context.req.query()).streams?.split(",") ?? [];
        if (names.length === 0 || names.length > maxStreams) {
          throw new BadRequest(
            `Invalid query: streams: expected up to ${maxStreams} names, with commas between`,
          );
        }
        return openEvents(context, gateway, [...new Set(names)].map((name) => find(context, name)));
      }),
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
      }, (context) => openEvents(context, gateway, [find(context, context.req.param("name"))])),
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
      }, (context) => {
        const names = kept.get(find(context, context.req.param("name")).stream.name);
        if (names === undefined) {
          throw new BadRequest("No history is kept of this stream", 404, "no_history");
        }
        const { range } = readQuery(historyQuery, context.req.query());
        return answer(context, `${JSON.stringify({ range, ...gateway.figures.read(range, names) })}\n`);
      }),
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
      }, async (context) => {
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
      }),
    );
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
