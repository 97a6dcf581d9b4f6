import { Hono } from "hono";
import { z } from "zod";
import type { PredictionRecord } from "../../lib/engine/mod.ts";
import type { Gateway } from "../../lib/gateway/mod.ts";
import {
  exampleMiner,
  FirstSignal,
  formatTimestamp,
  hotkey,
  Kind,
  receipt,
  Rendered,
  renderSigned,
  teamGamePrediction,
  time,
} from "../../lib/protocol/mod.ts";
import { documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { count, readQuery, wait } from "../http/query.ts";

const json = { "content-type": "application/json; charset=utf-8" };

/** Which accepted predictions are asked for. */
const query = z.object({
  after: count.default(0),
  limit: count.refine((limit) => limit >= 1 && limit <= 1000, "expected 1 to 1000").default(100),
  wait: wait.default(0),
});

const acceptedPredictions = new Kind(
  "AcceptedPredictions",
  () =>
    z.object({
      predictions: z.array(z.looseObject({
        sequence: z.number().int().min(1),
        prediction_id: z.string(),
        hotkey: hotkey(),
        uid: z.number().int(),
        received_at: time(),
        prediction: teamGamePrediction.schema,
        receipt: receipt.schema,
      })),
      next: z.number().int().describe("after of the next call"),
    }),
  {
    predictions: [{
      sequence: 12,
      prediction_id: "7b0c",
      hotkey: exampleMiner,
      uid: 7,
      received_at: "2026-11-21T08:00:00.123+00:00",
      prediction: teamGamePrediction.example,
      receipt: receipt.example,
    }],
    next: 12,
  },
);

/** What was accepted. Below `/admin`, whose token is checked there. Protocol, section 6. */
export function predictionRoutes(gateway: Gateway): Hono<Env> {
  return new Hono<Env>().get(
    "/",
    documented({
      tag: "Operators",
      security: "admin",
      summary: "What was accepted, in sequence",
      description:
        "Waits up to `wait` seconds (60 at most). With `Accept: application/x-ndjson`, one prediction on each line.",
      query,
      answers: {
        200: { description: "Accepted predictions", kind: acceptedPredictions },
        ...refusals(400, 401, 404),
      },
    }),
    async (context) => {
      const { after, limit, wait } = readQuery(query, context.req.query());
      using first = new FirstSignal(context.req.raw.signal, gateway.ending);
      const records = await gateway.validator.predictionsAfter(after, {
        limit,
        wait: 1000 * wait,
        signal: first.signal,
      });
      const accepted = records.map(describe);
      if (context.req.header("accept")?.includes("application/x-ndjson")) {
        const lines = accepted.map((prediction) => `${renderSigned(prediction)}\n`).join("");
        return new Response(lines, { headers: { "content-type": "application/x-ndjson" } });
      }
      const next = records.at(-1)?.receipt.sequence ?? after;
      return new Response(`${renderSigned({ predictions: accepted, next })}\n`, { headers: json });
    },
  );
}

function describe({ predictionId, hotkey, uid, receivedAt, text, receipt }: PredictionRecord) {
  return {
    sequence: receipt.sequence,
    prediction_id: predictionId,
    hotkey,
    uid,
    received_at: formatTimestamp(receivedAt),
    prediction: new Rendered(text),
    receipt: { ...receipt },
  };
}
