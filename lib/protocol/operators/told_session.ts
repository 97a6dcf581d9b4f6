import { z } from "zod";
import { Kind } from "../kind.ts";

/** A session of the console, as its page is told of it. Protocol, section 6. */
export const toldSession = new Kind(
  "ConsoleSession",
  () =>
    z.object({
      name: z.string().describe("what the audit log calls it"),
      csrf: z.string().describe("what changes send back as `x-csrf-token`"),
      idle_seconds: z.number().int().describe("seconds without a request after which it ends"),
      unlocked_until: z.string().nullable().describe("until when actions are allowed; null: they are locked"),
    }),
  { name: "9f1c02ab", csrf: "4be0...", idle_seconds: 900, unlocked_until: null },
);

/** Who is logged in to the console, if anybody can be. Protocol, section 6. */
export const consoleState = new Kind(
  "ConsoleState",
  () =>
    z.object({
      configured: z.boolean().describe("whether there is an admin token, without which nobody can log in"),
      session: toldSession.schema.nullable(),
    }),
  { configured: true, session: null },
);

/** A session of the console, as its page is told of it. Times are ISO 8601. */
export type ToldSession = Readonly<z.infer<typeof toldSession.schema>>;

/** Who is logged in to the console, if anybody can be. */
export type ConsoleState = Readonly<z.infer<typeof consoleState.schema>>;
