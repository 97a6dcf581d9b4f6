import { z } from "zod";

const time = z.string().transform((text) => Date.parse(text));

/** A connection as `GET /admin/connections/ID` tells of it; times in milliseconds since the Unix epoch. */
export const connectionSchema = z.object({
  id: z.string(),
  family: z.string(),
  state: z.enum(["open", "closing", "closed", "refused"]),
  address: z.string(),
  hotkey: z.string().nullable(),
  claimed_hotkey: z.string().nullable(),
  opened_at: time,
  heard_at: time,
  heartbeat_sent_at: time.nullable(),
  heartbeat_answered_at: time.nullable(),
  messages_in: z.number(),
  messages_out: z.number(),
  queued_bytes: z.number(),
  stages: z.array(z.object({ stage: z.string(), at: time })),
  ending: z.object({
    by: z.enum(["client", "server", "network"]),
    cause: z.string(),
    detail: z.string().nullable(),
    code: z.number().nullable(),
    reason: z.string(),
    explanation: z.string(),
    advice: z.string(),
  }).nullable(),
});

/** What `GET /admin/connections?ended=` answers. */
export const listSchema = z.object({
  connections: z.array(connectionSchema),
  ended: z.array(connectionSchema),
});

/** How a connection stands or ended. */
export type Told = z.infer<typeof connectionSchema>;
