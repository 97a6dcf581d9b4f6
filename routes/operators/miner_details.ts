import { Hono } from "hono";
import { z } from "zod";
import type { PredictionRecord } from "../../lib/engine/mod.ts";
import type { Gateway } from "../../lib/gateway/mod.ts";
import {
  formatTimestamp,
  type Judgement,
  minerDetails,
  minersDay,
  mostLatest,
} from "../../lib/protocol/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { count, readQuery } from "../http/query.ts";
import { adminRoute } from "./admin_route.ts";
import { limit } from "./limit.ts";
import { readHotkey } from "./read_hotkey.ts";

const receiptsQuery = z.object({
  after: count.default(0),
  limit: limit(1000).default(1000),
});

const parameters = { hotkey: "the miner's SS58 address" };

/** What is kept of one miner. Below `/admin`, whose token is checked there. Protocol, section 6. */
export function minerDetailRoutes({ validator, console, servers }: Gateway): Hono<Env> {
  const { evidence } = validator;
  return new Hono<Env>()
    .get(
      "/day",
      adminRoute({
        summary: "What became of each miner's predictions in the last 24 hours",
        description: "In slots of half an hour, by all servers that answer within a second.",
        answers: { 200: { description: "The counts", kind: minersDay } },
      }, async (context) => {
        const { from, days } = await servers.minersDay();
        return answerJson(context, {
          from: from / 1000,
          interval: console.history.interval / 1000,
          miners: Object.fromEntries(days),
        });
      }),
    )
    .get(
      "/:hotkey",
      adminRoute({
        parameters,
        summary: "A miner's latest predictions, and its chain of receipts",
        answers: {
          200: { description: "What is kept of it", kind: minerDetails },
          ...refusals(400),
        },
      }, async (context) => {
        const hotkey = readHotkey(context.req.param("hotkey"));
        const [chain, accepted, refused] = await Promise.all([
          evidence.chainOf(hotkey),
          evidence.latestOf(hotkey, mostLatest),
          servers.refusalsOf(hotkey, mostLatest),
        ]);
        const latest = [...accepted.map(describeAccepted), ...refused.map(describeRefused)]
          .sort((a, b) => b.at - a.at).slice(0, mostLatest)
          .map(({ at, ...prediction }) => ({ at: formatTimestamp(at), ...prediction }));
        return answerJson(context, { hotkey, chain, latest });
      }),
    )
    .get(
      "/:hotkey/receipts",
      adminRoute({
        parameters,
        summary: "A miner's confirmations, signed again, one on each line",
        description:
          "Those of what was accepted after its receipt `after`, for `heliograph receipts verify`, as the miner itself would get them.",
        query: receiptsQuery,
        answers: {
          200: { description: "The confirmations", type: "application/x-ndjson" },
          ...refusals(400),
        },
      }, async (context) => {
        const hotkey = readHotkey(context.req.param("hotkey"));
        const { after, limit } = readQuery(receiptsQuery, context.req.query());
        const { frames } = await validator.renewConfirmations(hotkey, after, limit);
        const lines = frames.map((frame) => `${frame}\n`).join("");
        return new Response(lines, { headers: { "content-type": "application/x-ndjson" } });
      }),
    );
}

type Latest = Omit<Judgement, "number" | "way">;

function describeAccepted(
  { hotkey, uid, predictionId, receivedAt, text, receipt }: PredictionRecord,
): Latest {
  const { game_id, predicted_outcome, wager } = JSON.parse(text) as Latest;
  return {
    at: receivedAt,
    hotkey,
    uid,
    prediction_id: predictionId,
    game_id,
    predicted_outcome,
    wager,
    result: "accepted",
    reason: null,
    message: null,
    sequence: receipt.sequence,
  };
}

function describeRefused({ number: _, way: __, ...refused }: Judgement): Latest {
  return refused;
}
