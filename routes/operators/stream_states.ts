import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { formatTimestamp, Kind, streamState } from "../../lib/protocol/mod.ts";
import type { Stream } from "../../lib/streams/mod.ts";
import { labelOf, streamLabels } from "../../lib/telemetry/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { adminRoute } from "./admin_route.ts";

const states = new Kind(
  "StreamStates",
  () => z.object({ streams: z.array(streamState.schema), simulated: z.boolean() }),
  { streams: [streamState.example], simulated: false },
);
const detail = new Kind(
  "StreamDetail",
  () =>
    z.object({
      stream: streamState.schema,
      newest: z.unknown().describe("its newest message; null where there is none"),
    }),
  {
    stream: streamState.example,
    newest: { type: "peers", data: { peers: [] }, timestamp: 1_795_248_000, offset: 17 },
  },
);

/** How every stream is, whoever defined it. Below `/admin`, whose token is checked there. Protocol, section 6. */
export function streamStateRoutes({ streams, activity, clock }: Gateway): Hono<Env> {
  const describe = ({ name, period, failure, listeners, channel, known }: Stream) => {
    const label = labelOf(streamLabels, name, "other");
    const polls = activity.polls[label];
    return {
      name,
      description: streams.describe(name).description ?? null,
      period_ms: period,
      status: failure !== undefined ? "stale" : listeners === 0 && period !== null ? "idle" : "live",
      problem: failure?.message ?? null,
      subscribers: listeners,
      epoch: channel.epoch,
      offset: channel.offset,
      newest_at: known === undefined ? null : formatTimestamp(known.at),
      age_seconds: known === undefined ? null : Math.max(0, clock.now() - known.at) / 1000,
      newest_bytes: known?.frame.length ?? null,
      upstream: label === "other" ? null : { answers: polls.ok, errors: polls.error },
    };
  };

  return new Hono<Env>()
    .get(
      "/",
      adminRoute({
        summary: "How every stream is",
        answers: { 200: { description: "All streams of this server", kind: states } },
      }, (context) =>
        answerJson(context, {
          streams: [...streams.all()].map(describe),
          simulated: streams.simulated,
        })),
    )
    .get(
      "/:name",
      adminRoute({
        summary: "How a stream is, and its newest value",
        parameters: { name: "the stream's name" },
        answers: { 200: { description: "The stream", kind: detail } },
      }, (context) => {
        const stream = [...streams.all()].find(({ name }) => name === context.req.param("name"));
        if (stream === undefined) throw new BadRequest("There is no such stream", 404, "unknown_stream");
        const { known } = stream;
        const newest: unknown = known === undefined ? null : JSON.parse(known.frame);
        return answerJson(context, { stream: describe(stream), newest });
      }),
    );
}
