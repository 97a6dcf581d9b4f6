import { z } from "zod";
import { type Json, Kind } from "../kind.ts";
import { exampleMiner, hotkey, time } from "../messages/miners.ts";
import { judgement } from "./judgement.ts";

/** Predictions of a miner that are told at a time. */
export const mostLatest = 50;

const { number: _, way: __, ...exampleLatest } = judgement.example as Readonly<Record<string, Json>>;

/** What is kept of one miner, as operators are told of it. Protocol, section 6. */
export const minerDetails = new Kind(
  "MinerDetails",
  () =>
    z.object({
      hotkey: hotkey(),
      chain: z.object({
        receipts: z.number().int().describe("how many were given"),
        first: z.number().int().describe("`miner_sequence` of the first that is kept"),
        head: z.string().describe("SHA-256 of the last one, which the next names as its `previous`"),
      }),
      latest: z.array(judgement.schema.omit({ number: true, way: true }).extend({ at: time() }))
        .describe(`the newest ${mostLatest}; refused ones as far as servers remember them`),
    }),
  {
    hotkey: exampleMiner,
    chain: { receipts: 31, first: 1, head: "5f2c..." },
    latest: [{ ...exampleLatest, at: "2026-11-21T08:00:00.000+00:00" }],
  },
);

/** What is kept of one miner. Times are ISO 8601. */
export type MinerDetails = Readonly<z.infer<typeof minerDetails.schema>>;
