import { Hono } from "hono";
import { z } from "zod";
import type { PredictionRecord } from "../../lib/engine/mod.ts";
import type { Gateway } from "../../lib/gateway/mod.ts";
import {
  acceptedPrediction,
  FirstSignal,
  formatTimestamp,
  Kind,
  maxIdLength,
  predictionProof,
  Rendered,
  renderSigned,
} from "../../lib/protocol/mod.ts";
import { refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { count, readQuery, wait } from "../http/query.ts";
import { adminRoute } from "./admin_route.ts";
import { limit } from "./limit.ts";

const json = { "content-type": "application/json; charset=utf-8" };

/** Which accepted predictions are asked for. */
const query = z.object({
  after: count.default(0),
  limit: limit(1000).default(100),
  wait: wait.default(0),
  prediction_id: z.string().min(1).max(maxIdLength).optional()
    .describe("only those of registered miners under this id, whatever their sequence"),
});

const acceptedPredictions = new Kind(
  "AcceptedPredictions",
  () =>
    z.object({
      predictions: z.array(acceptedPrediction.schema),
      next: z.number().int().describe("after of the next call"),
    }),
  { predictions: [acceptedPrediction.example], next: 12 },
);

/** What was accepted. Below `/admin`, whose token is checked there. Protocol, section 6. */
export function predictionRoutes(gateway: Gateway): Hono<Env> {
  const { validator } = gateway;
  return new Hono<Env>().get(
    "/:sequence",
    adminRoute({
      summary: "What proves that a prediction was accepted",
      description: "Its confirmation, signed again, and the receipts around it in its miner's chain.",
      parameters: { sequence: "of the receipt" },
      answers: { 200: { description: "The proof", kind: predictionProof } },
    }, async (context) => {
      const sequence = Number(context.req.param("sequence"));
      const found = Number.isSafeInteger(sequence) && sequence > 0
        ? await validator.evidence.proofOf(sequence)
        : undefined;
      if (found === undefined) throw new BadRequest("No such prediction", 404, "unknown_prediction");
      const { record, confirmation, before, after } = found;
      const told = {
        prediction: describe(record),
        text: record.text,
        validator: validator.address,
        confirmation,
        before: placeOf(before),
        after: placeOf(after),
      };
      return new Response(`${renderSigned(told)}\n`, { headers: json });
    }),
  ).get(
    "/",
    adminRoute({
      summary: "What was accepted, in sequence",
      description:
        "Waits up to `wait` seconds (60 at most). With `Accept: application/x-ndjson`, one prediction on each line.",
      query,
      answers: {
        200: { description: "Accepted predictions", kind: acceptedPredictions },
        ...refusals(400),
      },
    }, async (context) => {
      const { after, limit, wait, prediction_id } = readQuery(query, context.req.query());
      using first = new FirstSignal(context.req.raw.signal, gateway.ending);
      const records = prediction_id === undefined
        ? await validator.predictionsAfter(after, { limit, wait: 1000 * wait, signal: first.signal })
        : await validator.evidence.named(
          prediction_id,
          validator.registry.list().map(({ hotkey }) => hotkey),
        );
      const accepted = records.map(describe);
      if (context.req.header("accept")?.includes("application/x-ndjson")) {
        const lines = accepted.map((prediction) => `${renderSigned(prediction)}\n`).join("");
        return new Response(lines, { headers: { "content-type": "application/x-ndjson" } });
      }
      const next = records.at(-1)?.receipt.sequence ?? after;
      return new Response(`${renderSigned({ predictions: accepted, next })}\n`, { headers: json });
    }),
  );
}

function placeOf(record: PredictionRecord | undefined) {
  return record === undefined ? null : { prediction_id: record.predictionId, receipt: { ...record.receipt } };
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
