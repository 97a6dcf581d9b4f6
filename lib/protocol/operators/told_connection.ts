import { z } from "zod";
import { Kind } from "../kind.ts";
import { exampleMiner, hotkey, time } from "../messages/miners.ts";

/** A connection, as operators are told of it. Protocol, section 6. */
export const toldConnection = new Kind(
  "Connection",
  () =>
    z.looseObject({
      id: z.string(),
      server: z.string().describe("the name of the server that it is connected to"),
      family: z.string(),
      state: z.enum(["open", "closing", "closed", "refused"]),
      address: z.string(),
      hotkey: hotkey().nullable(),
      claimed_hotkey: z.string().nullable().describe("whom it said to be before it proved so"),
      opened_at: time(),
      heard_at: time(),
      heartbeat_sent_at: time().nullable(),
      heartbeat_answered_at: time().nullable(),
      messages_in: z.number().int(),
      messages_out: z.number().int(),
      queued_bytes: z.number().int(),
      open: z.boolean(),
      stages: z.array(z.looseObject({ stage: z.string(), at: time() })),
      ending: z.looseObject({
        by: z.string().describe("who ended it"),
        cause: z.string(),
        detail: z.string().nullable(),
        code: z.number().int().nullable().describe("of the close frame, or HTTP status"),
        reason: z.string(),
        explanation: z.string(),
        advice: z.string(),
      }).nullable(),
    }),
  {
    id: "c17",
    server: "1",
    family: "miners",
    state: "open",
    address: "192.0.2.7",
    hotkey: exampleMiner,
    claimed_hotkey: exampleMiner,
    opened_at: "2026-11-21T08:00:00.000+00:00",
    heard_at: "2026-11-21T08:00:42.000+00:00",
    heartbeat_sent_at: null,
    heartbeat_answered_at: null,
    messages_in: 12,
    messages_out: 30,
    queued_bytes: 0,
    open: true,
    stages: [
      { stage: "connected", at: "2026-11-21T08:00:00.000+00:00" },
      { stage: "authenticated", at: "2026-11-21T08:00:00.004+00:00" },
    ],
    ending: null,
  },
);

/** A connection, as operators are told of it. Times are ISO 8601. */
export type ToldConnection = Readonly<z.infer<typeof toldConnection.schema>>;
