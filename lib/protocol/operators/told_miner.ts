import { z } from "zod";
import { Kind } from "../kind.ts";
import { exampleMiner, hotkey } from "../messages/miners.ts";

/** A registered miner, as operators are told of it. Protocol, section 6. */
export const toldMiner = new Kind(
  "ToldMiner",
  () =>
    z.looseObject({
      hotkey: hotkey(),
      uid: z.number().int().min(0),
      blacklisted: z.boolean(),
      connected: z.looseObject({
        id: z.string(),
        server: z.string(),
        since: z.string(),
        transport: z.string(),
      }).nullable(),
      last_prediction_at: z.string().nullable().describe(
        "as far as servers remember it since they started, as are the counts",
      ),
      wagered_today: z.number(),
      accepted: z.number().int(),
      refused: z.number().int(),
      round_trip_ms: z.number().nullable(),
      last_error: z.string().nullable(),
    }),
  {
    hotkey: exampleMiner,
    uid: 7,
    blacklisted: false,
    connected: { id: "c1f", server: "1", since: "2026-11-21T08:00:00+00:00", transport: "websocket" },
    last_prediction_at: "2026-11-21T08:12:00+00:00",
    wagered_today: 120.5,
    accepted: 31,
    refused: 1,
    round_trip_ms: 24,
    last_error: "Invalid team_a_odds: got 2.2, expected 2.1",
  },
);

/** A registered miner, as operators are told of it. Times are ISO 8601. */
export type ToldMiner = Readonly<z.infer<typeof toldMiner.schema>>;
