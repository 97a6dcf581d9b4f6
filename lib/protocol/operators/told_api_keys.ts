import { z } from "zod";
import { Kind } from "../kind.ts";
import { time } from "../messages/miners.ts";

const inForce = () =>
  z.object({
    id: z.string(),
    name: z.string(),
    created_at: time(),
    last_used_at: time().nullable().describe("to the minute; null before the first time"),
  });
const revoked = () => z.object({ id: z.string(), name: z.string(), created_at: time(), revoked_at: time() });

/** The keys of those who may inscribe, as operators are told of them. Protocol, section 6. */
export const toldApiKeys = new Kind(
  "ApiKeys",
  () =>
    z.object({
      api_keys: z.array(inForce()),
      revoked: z.array(revoked()).describe("within the last 90 days, the newest first"),
    }),
  {
    api_keys: [{
      id: "5f0c2a7e-7d0f-4b8c-9a3e-0a1b2c3d4e5f",
      name: "press desk",
      created_at: "2026-11-21T08:00:00.000Z",
      last_used_at: "2026-11-21T08:12:00.000Z",
    }],
    revoked: [],
  },
);

/** The keys of those who may inscribe, as operators are told of them. */
export type ToldApiKeys = Readonly<z.infer<typeof toldApiKeys.schema>>;

/** A key in force, as operators are told of it. Times are ISO 8601. */
export type ToldApiKey = Readonly<z.infer<ReturnType<typeof inForce>>>;

/** A key that is in force no more, as operators are told of it. Times are ISO 8601. */
export type RevokedApiKey = Readonly<z.infer<ReturnType<typeof revoked>>>;
