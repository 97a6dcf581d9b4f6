import { z } from "zod";
import { Kind } from "../kind.ts";
import { time } from "../messages/miners.ts";

/** A server of the store, as operators are told of it. Protocol, section 6. */
export const toldServer = new Kind(
  "Instance",
  () =>
    z.looseObject({
      id: z.string().describe("its name among the servers of the store"),
      self: z.boolean().describe("whether it is the one that answers"),
      url: z.string().nullable().describe(
        "`public_url`, for Socket.IO; null where there is none, or it drains",
      ),
      console: z.string().nullable().describe(
        "where operators find its console; null where that is not known",
      ),
      region: z.string(),
      version: z.string().nullable(),
      started_at: time().nullable(),
      last_seen: time().describe("when it last said so, by the clock of the store"),
      connections: z.number().int(),
      jobs: z.number().int().describe("those that have not ended"),
      load: z.number().describe("share of one processor core that it has used lately"),
      draining: z.boolean(),
      behind_seconds: z.number().describe("for how long it has not known what others write"),
    }),
  {
    id: "1",
    self: true,
    url: "wss://gateway.example.org",
    console: "https://gateway.example.org/console",
    region: "default",
    version: "0.1.0",
    started_at: "2026-11-21T08:00:00.000+00:00",
    last_seen: "2026-11-21T09:00:00.000+00:00",
    connections: 120,
    jobs: 2,
    load: 0.14,
    draining: false,
    behind_seconds: 0.01,
  },
);

/** A server of the store, as operators are told of it. */
export type ToldServer = Readonly<z.infer<typeof toldServer.schema>>;
