import { type Context, Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import type { OperatorEvent } from "../../lib/operations/mod.ts";
import { refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { readQuery } from "../http/query.ts";
import { adminRoute } from "./admin_route.ts";
import { hasAdminToken } from "./admin_token.ts";
import { sessionOf } from "./operator_access.ts";

const query = z.object({ last_event_id: z.string().max(64).optional() });

/** What happens, as it happens. Below `/admin`, where it is checked who asks. Protocol, section 6. */
export function eventRoutes(gateway: Gateway): Hono<Env> {
  return new Hono<Env>()
    .get(
      "/",
      adminRoute({
        summary: "What happens, as server-sent events",
        description:
          "`predictions` that were judged, `activity` of the gateway, `audit`, `games`, `miners` and `alerts` when they change; `lost` where what came after `Last-Event-ID` is not known any more.",
        query,
        answers: {
          200: { description: "Events with the id `EPOCH:NUMBER`", type: "text/event-stream" },
          ...refusals(400, 503),
        },
      }, (context) => serveEvents(context, gateway)),
    );
}

const encoder = new TextEncoder();
/** Bytes that may wait for an operator who does not read; then the events end. */
const mostUnread = 1024 * 1024;
const commentEvery = 15_000;

function serveEvents(context: Context<Env>, gateway: Gateway): Response {
  const { clock, console: { feed } } = gateway;
  const { last_event_id } = readQuery(query, context.req.query());
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
