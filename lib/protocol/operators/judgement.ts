import { z } from "zod";
import { Kind } from "../kind.ts";
import { exampleMiner, hotkey } from "../messages/miners.ts";
import { predictionRefusals } from "../prediction_refusals.ts";

/** A prediction that was judged. Protocol, section 6: event `predictions`. */
export const judgement = new Kind(
  "Judgement",
  () =>
    z.object({
      number: z.number().int().describe("counts them since the server's start"),
      at: z.number().int().describe("Unix milliseconds"),
      hotkey: hotkey(),
      uid: z.number().int(),
      prediction_id: z.string(),
      game_id: z.string(),
      predicted_outcome: z.union([z.string(), z.number()]),
      wager: z.number(),
      way: z.enum(["websocket", "http"]),
      result: z.enum(["accepted", "duplicate", "refused"]),
      reason: z.enum(predictionRefusals).nullable(),
      message: z.string().nullable(),
      sequence: z.number().int().nullable().describe("of the receipt"),
    }),
  {
    number: 17,
    at: 1_795_248_000_000,
    hotkey: exampleMiner,
    uid: 7,
    prediction_id: "p-1",
    game_id: "401",
    predicted_outcome: "Arsenal",
    wager: 10,
    way: "websocket",
    result: "refused",
    reason: "odds",
    message: "Invalid team_a_odds: got 2.2, expected 2.1",
    sequence: null,
  },
);

/** A prediction that was judged, as operators are told of it. */
export type Judgement = Readonly<z.infer<typeof judgement.schema>>;
