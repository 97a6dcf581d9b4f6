import { z } from "zod";
import { Kind } from "../kind.ts";
import { exampleMiner, hotkey, receipt, teamGamePrediction, time } from "../messages/miners.ts";

/** A prediction that was accepted, as operators are told of it. Protocol, section 6. */
export const acceptedPrediction = new Kind(
  "AcceptedPrediction",
  () =>
    z.looseObject({
      sequence: z.number().int().min(1),
      prediction_id: z.string(),
      hotkey: hotkey(),
      uid: z.number().int(),
      received_at: time(),
      prediction: teamGamePrediction.schema,
      receipt: receipt.schema,
    }),
  {
    sequence: 12,
    prediction_id: "7b0c",
    hotkey: exampleMiner,
    uid: 7,
    received_at: "2026-11-21T08:00:00.123+00:00",
    prediction: teamGamePrediction.example,
    receipt: receipt.example,
  },
);
