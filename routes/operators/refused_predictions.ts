import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { FirstSignal, formatTimestamp, type Json, judgement, Kind, time } from "../../lib/protocol/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { count, readQuery, wait } from "../http/query.ts";
import { adminRoute } from "./admin_route.ts";
import { limit } from "./limit.ts";

const query = z.object({ after: count.default(0), limit: limit(1000).default(100), wait: wait.default(0) });
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

/** The predictions that were refused. Below `/admin`, where it is checked who asks. Protocol, section 6. */
export function refusedPredictionRoutes({ console, ending }: Gateway): Hono<Env> {
  return new Hono<Env>()
    .get(
      "/",
      adminRoute({
        summary: "The latest predictions that were refused",
        description:
          "The last 1,000 since this server's start, oldest first, waiting up to `wait` seconds for one after `after`.",
        query,
        answers: { 200: { description: "The refusals", kind: refusalList }, ...refusals(400) },
      }, async (context) => {
        const { after, limit, wait } = readQuery(query, context.req.query());
        const { judgements } = console;
        using first = new FirstSignal(context.req.raw.signal, ending);
        if (judgements.refusalsAfter(after, 1).length === 0) {
          await judgements.nextRefusal(1000 * wait, first.signal);
        }
        const found = judgements.refusalsAfter(after, limit);
        const told = found.map(({ at, result: _, sequence: __, ...refusal }) => ({
          ...refusal,
          at: formatTimestamp(at),
        }));
        return answerJson(context, { refusals: told, next: found.at(-1)?.number ?? after });
      }),
    );
}
