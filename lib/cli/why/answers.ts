import { z } from "zod";
import { escapeControls } from "../../telemetry/mod.ts";

const time = z.string().transform((text) => Date.parse(text)).pipe(z.number());
/** Whatever the server says is shown on a terminal. */
const text = z.string().transform(escapeControls);

/** A connection as `GET /admin/connections/ID` tells of it; times in milliseconds since the Unix epoch. */
export const connectionSchema = z.object({
  id: text,
  family: text,
  state: z.enum(["open", "closing", "closed", "refused"]),
  address: text,
  hotkey: text.nullable(),
  claimed_hotkey: text.nullable(),
  opened_at: time,
  heard_at: time,
  heartbeat_sent_at: time.nullable(),
  heartbeat_answered_at: time.nullable(),
  messages_in: z.number(),
  messages_out: z.number(),
  queued_bytes: z.number(),
  stages: z.array(z.object({ stage: text, at: time })),
  ending: z.object({
    by: z.enum(["client", "server", "network"]),
    cause: text,
    detail: text.nullable(),
    code: z.number().nullable(),
    reason: text,
    explanation: text,
    advice: text,
  }).nullable(),
});

/** What `GET /admin/connections?ended=` answers. */
export const listSchema = z.object({
  connections: z.array(connectionSchema),
  ended: z.array(connectionSchema),
});

/** How a connection stands or ended. */
export type Told = z.infer<typeof connectionSchema>;
