import { z } from "zod";
import { Kind } from "../kind.ts";
import { time } from "../messages/miners.ts";

/** How a stream is, as operators are told. Protocol, section 6. */
export const streamState = new Kind(
  "StreamState",
  () =>
    z.object({
      name: z.string(),
      description: z.string().nullable().describe("of a stream of the operator's own"),
      period_ms: z.number().int().nullable().describe("null where values come as they come"),
      status: z.enum(["live", "stale", "idle"])
        .describe("stale: its source fails; idle: nobody listens, so that nothing is asked"),
      problem: z.string().nullable().describe("why it is stale"),
      subscribers: z.number().int().describe("at this server"),
      epoch: z.string(),
      offset: z.number().int(),
      newest_at: time().nullable().describe("of when its newest value is; null where there is none"),
      age_seconds: z.number().nullable().describe("how old that is"),
      newest_bytes: z.number().int().nullable(),
      upstream: z.object({ answers: z.number().int(), errors: z.number().int() }).nullable()
        .describe("how its polls ended since the start; null where they are not counted apart"),
    }),
  {
    name: "peers",
    description: null,
    period_ms: 10_000,
    status: "live",
    problem: null,
    subscribers: 3,
    epoch: "3f9a01bc",
    offset: 17,
    newest_at: "2026-11-21T08:00:00.000+00:00",
    age_seconds: 4.2,
    newest_bytes: 5120,
    upstream: { answers: 340, errors: 2 },
  },
);

/** How a stream is, as operators are told. */
export type StreamState = Readonly<z.infer<typeof streamState.schema>>;
