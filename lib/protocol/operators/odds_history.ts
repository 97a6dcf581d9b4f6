import { z } from "zod";
import { Kind } from "../kind.ts";
import { time } from "../messages/miners.ts";

/** What a game's odds were, as operators are told. Protocol, section 6. */
export const oddsHistory = new Kind(
  "OddsHistory",
  () =>
    z.object({
      game_id: z.string(),
      odds: z.array(z.object({
        at: time(),
        team_a: z.number(),
        team_b: z.number(),
        tie: z.number().nullable(),
      })).describe("each from its time on, the oldest first; 200 at most, for two weeks"),
    }),
  {
    game_id: "401",
    odds: [{ at: "2026-11-21T08:00:00.000+00:00", team_a: 2.1, team_b: 3.4, tie: 3.25 }],
  },
);

/** What a game's odds were, the oldest first. Times are ISO 8601. */
export type OddsHistory = Readonly<z.infer<typeof oddsHistory.schema>>;
