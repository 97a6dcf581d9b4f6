import { z } from "zod";
import { Kind } from "../kind.ts";
import { exampleMiner, hotkey, receipt } from "../messages/miners.ts";
import { acceptedPrediction } from "./accepted_prediction.ts";

const neighbour = () => z.looseObject({ prediction_id: z.string(), receipt: receipt.schema });

/** What proves that a prediction was accepted. Protocol, section 6. */
export const predictionProof = new Kind(
  "PredictionProof",
  () =>
    z.object({
      prediction: acceptedPrediction.schema.describe("as in the list"),
      text: z.string().describe("the prediction as signed text, of which the receipt has the hash"),
      validator: hotkey().describe("who signs"),
      confirmation: z.string().describe("the confirmation with its signature, as it travels"),
      before: neighbour().nullable().describe("what was accepted of the same miner before it"),
      after: neighbour().nullable(),
    }),
  {
    prediction: acceptedPrediction.example,
    text: '{"prediction_id": "7b0c"}',
    validator: exampleMiner,
    confirmation: '{"type": "confirmation"}',
    before: null,
    after: null,
  },
);

/** What proves that a prediction was accepted. */
export type PredictionProof = Readonly<z.infer<typeof predictionProof.schema>>;

/** What was accepted of the same miner before or after. */
export type NeighbouringPrediction = Readonly<z.infer<ReturnType<typeof neighbour>>>;
