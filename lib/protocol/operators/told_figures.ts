import { z } from "zod";
import { Kind } from "../kind.ts";

/** What figures were, as operators are told. Protocol, section 6. */
export const toldFigures = new Kind(
  "PastFigures",
  () =>
    z.object({
      range: z.string(),
      from: z.number().describe("Unix seconds in the middle of the first step"),
      interval: z.number().describe("seconds from one value to the next"),
      figures: z.record(z.string(), z.array(z.number().nullable()))
        .describe("the mean of each step, oldest first; null where nothing was measured"),
      marks: z.array(z.object({
        at: z.number().describe("Unix seconds"),
        kind: z.enum(["start", "drain"]),
        version: z.string(),
      })).describe("what happened to the server meanwhile"),
    }),
  {
    range: "1h",
    from: 1_795_244_405,
    interval: 10,
    figures: { loop_lag: [0.4, 0.5, null] },
    marks: [{ at: 1_795_246_000.5, kind: "start", version: "0.1.0" }],
  },
);

/** What figures were. */
export type ToldFigures = Readonly<z.infer<typeof toldFigures.schema>>;
