import { type Context, Hono } from "hono";
import { z } from "zod";
import { describeSettings, originOf, showSetting } from "../../lib/config/mod.ts";
import type { Gateway } from "../../lib/gateway/mod.ts";
import type { OperatorEvent } from "../../lib/operations/mod.ts";
import {
  auditRecord,
  FirstSignal,
  formatTimestamp,
  type Json,
  judgement,
  Kind,
  time,
  toldSetting,
  toldStore,
} from "../../lib/protocol/mod.ts";
import { type FigureName, figureNames, figures, historyRanges } from "../../lib/telemetry/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { count, readQuery, wait } from "../http/query.ts";
import { hasAdminToken } from "./admin_token.ts";
import { sessionOf } from "./operator_access.ts";

const limit = count.refine((limit) => limit >= 1 && limit <= 1000, "expected 1 to 1000").default(100);
const refusalsQuery = z.object({ after: count.default(0), limit, wait: wait.default(0) });
const auditQuery = z.object({ before: z.string().max(40).optional(), limit });
const historyQuery = z.object({
  metric: z.string().max(1024).optional(),
  range: z.enum(historyRanges).default("1h"),
});
const eventsQuery = z.object({ last_event_id: z.string().max(64).optional() });

const { result: _, sequence: __, ...exampleRefused } = judgement.example as Readonly<Record<string, Json>>;
const refusalList = new Kind(
  "RefusedPredictions",
  () =>
    z.object({
      refusals: z.array(judgement.schema.omit({ result: true, sequence: true }).extend({ at: time() })),
      next: z.number().int().describe("the `after` of the following request"),
    }),
  { refusals: [{ ...exampleRefused, at: "2026-11-21T08:00:00.000+00:00" }], next: 17 },
);
const auditList = new Kind(
  "AuditLog",
  () => z.object({ records: z.array(auditRecord.schema) }),
  { records: [auditRecord.example] },
);
const configList = new Kind(
  "Configuration",
  () => z.object({ settings: z.array(toldSetting.schema) }),
  { settings: [toldSetting.example] },
);
const historyAnswer = new Kind(
  "FigureHistory",
  () =>
    z.looseObject({
      metrics: z.array(z.object({ name: z.string(), title: z.string(), unit: z.string() })).optional(),
      range: z.string().optional(),
      from: z.number().optional(),
      interval: z.number().optional(),
      figures: z.record(z.string(), z.array(z.number().nullable())).optional(),
      marks: z.array(z.object({
        at: z.number().describe("Unix seconds"),
        kind: z.enum(["start", "drain"]),
        version: z.string(),
      })).optional().describe("what happened to the server meanwhile"),
    }),
  {
    range: "1h",
    from: 1_795_244_405,
    interval: 10,
    figures: { loop_lag: [0.4, 0.5, null] },
    marks: [{ at: 1_795_246_000.5, kind: "start", version: "0.1.0" }],
  },
);

/** What operators look at. Below `/admin`, where it is checked who they are. Protocol, section 6. */
export function observingRoutes(gateway: Gateway): Hono<Env> {
  const { clock, console, config } = gateway;
  return new Hono<Env>()
    .get(
      "/refusals",
      documented({
        tag: "Operators",
        security: "admin",
        summary: "The latest predictions that were refused",
        description:
          "The last 1,000 since this server's start, oldest first, waiting up to `wait` seconds for one after `after`.",
        query: refusalsQuery,
        answers: { 200: { description: "The refusals", kind: refusalList }, ...refusals(400, 401, 404) },
      }),
      async (context) => {
        const { after, limit, wait } = readQuery(refusalsQuery, context.req.query());
        const { judgements } = console;
        using first = new FirstSignal(context.req.raw.signal, gateway.ending);
        if (judgements.refusalsAfter(after, 1).length === 0) {
          await judgements.nextRefusal(1000 * wait, first.signal);
        }
        const found = judgements.refusalsAfter(after, limit);
        const told = found.map(({ at, result: _, sequence: __, ...refusal }) => ({
          ...refusal,
          at: formatTimestamp(at),
        }));
        return answerJson(context, { refusals: told, next: found.at(-1)?.number ?? after });
      },
    )
    .get(
      "/audit",
      documented({
        tag: "Operators",
        security: "admin",
        summary: "What operators did, the newest first",
        description:
          "Of the last 90 days. Games and values of streams that a back end publishes are not in it.",
        query: auditQuery,
        answers: { 200: { description: "What was done", kind: auditList }, ...refusals(400, 401, 404) },
      }),
      async (context) => {
        const { before, limit } = readQuery(auditQuery, context.req.query());
        const time = before === undefined ? clock.now() + 1 : Date.parse(before);
        if (Number.isNaN(time)) throw new BadRequest("Invalid query: before: expected a date and time");
        const records = await console.audit.before(time, limit);
        return answerJson(context, {
          records: records.map(({ at, lastAt, ...record }) => ({
            at: formatTimestamp(at),
            ...record,
            ...(lastAt === undefined ? {} : { last_at: formatTimestamp(lastAt) }),
          })),
        });
      },
    )
    .get(
      "/config",
      documented({
        tag: "Operators",
        security: "admin",
        summary: "The settings in force, secrets masked",
        answers: { 200: { description: "The settings", kind: configList }, ...refusals(401, 404) },
      }),
      (context) =>
        answerJson(context, {
          settings: describeSettings().map((setting) => ({
            name: setting.name,
            value: showSetting(config, setting.name) ?? null,
            source: originOf(config, setting.name),
            default: setting.default,
            unit: setting.unit ?? null,
            doc: setting.doc,
          })),
        }),
    )
    .get(
      "/store",
      documented({
        tag: "Operators",
        security: "admin",
        summary: "How large the store is, and what room there is",
        description: "How it grew is `store_bytes` of `/admin/history`.",
        answers: { 200: { description: "The store", kind: toldStore }, ...refusals(401, 404) },
      }),
      async (context) =>
        answerJson(context, {
          kind: gateway.size.kind,
          location: showSetting(config, "store") ?? "",
          bytes: await gateway.size.look() ?? null,
          free_bytes: gateway.size.free ?? null,
          min_free_bytes: gateway.size.least,
          durability: config["store.durability"],
          kept_in: await gateway.health.durability() ?? null,
        }),
    )
    .get(
      "/history",
      documented({
        tag: "Operators",
        security: "admin",
        summary: "The last hour or day of figures",
        description: "`metric` names some with commas between; without it, all that there are are listed.",
        query: historyQuery,
        answers: { 200: { description: "The figures", kind: historyAnswer }, ...refusals(400, 401, 404) },
      }),
      (context) => {
        const { metric, range } = readQuery(historyQuery, context.req.query());
        if (metric === undefined) {
          return answerJson(context, {
            metrics: figureNames.map((name) => ({ name, ...figures[name] })),
          });
        }
        const series = gateway.figures.read(range, metric.split(",").map(readFigure));
        const marks = gateway.figures.marks.all.map((mark) => ({ ...mark, at: mark.at / 1000 }));
        return answerJson(context, { range, ...series, marks: marks.filter(({ at }) => at >= series.from) });
      },
    )
    .get(
      "/events",
      documented({
        tag: "Operators",
        security: "admin",
        summary: "What happens, as server-sent events",
        description:
          "`predictions` that were judged, `activity` of the gateway, `audit`, `games`, `miners` and `alerts` when they change; `lost` where what came after `Last-Event-ID` is not known any more.",
        query: eventsQuery,
        answers: {
          200: { description: "Events with the id `EPOCH:NUMBER`", type: "text/event-stream" },
          ...refusals(400, 401, 404, 503),
        },
      }),
      (context) => serveEvents(context, gateway),
    );
}

function readFigure(name: string): FigureName {
  const known = figureNames.find((figure) => figure === name);
  if (known === undefined) {
    throw new BadRequest(`Invalid query: metric: there is no ${name.slice(0, 64)}`);
  }
  return known;
}

const encoder = new TextEncoder();
/** Bytes that may wait for an operator who does not read; then the events end. */
const mostUnread = 1024 * 1024;
const commentEvery = 15_000;

function serveEvents(context: Context<Env>, gateway: Gateway): Response {
  const { clock, console: { feed } } = gateway;
  const { last_event_id } = readQuery(eventsQuery, context.req.query());
  const hasSession = !hasAdminToken(context, gateway.config["admin_token"]);
  const mayListen = async () => !hasSession || await sessionOf(gateway, context) !== undefined;
  const [, epoch = "", id = ""] =
    /^(\w{1,16}):(\d{1,15})$/.exec(context.req.header("last-event-id") ?? last_event_id ?? "") ?? [];
  let [isOpen, stop] = [true, () => {}];
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      const send = (text: string) => {
        controller.enqueue(encoder.encode(text));
        if ((controller.desiredSize ?? 0) < -mostUnread) end();
      };
      const sendEvent = ({ id, name, data }: OperatorEvent) =>
        send(`id: ${feed.epoch}:${id}\nevent: ${name}\ndata: ${data}\n\n`);
      const unlisten = feed.listen(sendEvent);
      let timer = clock.after(commentEvery, function comment() {
        send(":\n\n");
        timer = clock.after(commentEvery, comment);
        void mayListen().then((may) => may || end());
      });
      const end = () => {
        stop();
        try {
          controller.close();
        } catch {
          // The client has gone.
        }
      };
      gateway.ending.addEventListener("abort", end);
      stop = () => {
        isOpen = false;
        unlisten();
        timer.cancel();
        gateway.ending.removeEventListener("abort", end);
      };
      send(": connected\nretry: 1000\n\n");
      // The next one may be two seconds away.
      void gateway.console.activity().then((activity) => {
        if (isOpen && activity !== undefined) send(`event: activity\ndata: ${JSON.stringify(activity)}\n\n`);
      });
      if (epoch === "") {
        const data = JSON.stringify({ predictions: gateway.console.judgements.latest(), skipped: 0 });
        return send(`event: predictions\ndata: ${data}\n\n`);
      }
      const missed = feed.since(epoch, Number(id));
      if (missed === undefined) send(`event: lost\ndata: {}\n\n`);
      else for (const event of missed) sendEvent(event);
    },
    cancel: () => stop(),
  }, { highWaterMark: 0, size: ({ byteLength }) => byteLength });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-store, no-transform",
      "x-accel-buffering": "no",
    },
  });
}
