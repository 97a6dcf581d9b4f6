import { z } from "zod";
import { Kind } from "../kind.ts";
import { exampleMiner, hotkey } from "../messages/miners.ts";

const minerDay = () => z.object({ accepted: z.array(z.number().int()), refused: z.array(z.number().int()) });

/** What became of each miner's predictions in the last day, as operators are told. Protocol, section 6. */
export const minersDay = new Kind(
  "MinersDay",
  () =>
    z.object({
      from: z.number().int().describe("when the first slot began, in Unix seconds"),
      interval: z.number().int().describe("seconds of a slot"),
      miners: z.record(hotkey(), minerDay())
        .describe("those that predicted, each with a count for each slot"),
    }),
  {
    from: 1_795_161_600,
    interval: 1800,
    miners: { [exampleMiner]: { accepted: [0, 12, 31], refused: [0, 0, 1] } },
  },
);

/** What became of each miner's predictions in the last day. */
export type MinersDay = Readonly<z.infer<typeof minersDay.schema>>;

/** What became of one miner's predictions: a count for each slot, the oldest first. */
export type MinerDay = Readonly<z.infer<ReturnType<typeof minerDay>>>;
