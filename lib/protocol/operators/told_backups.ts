import { z } from "zod";
import { Kind } from "../kind.ts";
import { time } from "../messages/miners.ts";

const madeBackup = () =>
  z.object({
    name: z.string().describe("of its file in the folder; of the time, in UTC"),
    bytes: z.number().int(),
    made_at: time().describe("when it was begun: what is confirmed later is not in it"),
  });

/** A backup that is being made, as operators are told of it. Protocol, section 6. */
export const backupUnderWay = new Kind(
  "BackupUnderWay",
  () =>
    z.object({
      name: z.string(),
      since: time(),
      verified: z.number().int().describe("receipts that were verified so far"),
      receipts: z.number().int().describe("receipts in it; 0 while the store is still copied"),
    }),
  {
    name: "heliograph-2026-11-21T090000Z.db",
    since: "2026-11-21T09:00:00.000+00:00",
    verified: 4000,
    receipts: 90_000,
  },
);

/** The backups of a server, as operators are told of them. Protocol, section 6. */
export const toldBackups = new Kind(
  "Backups",
  () =>
    z.object({
      folder: z.string().nullable().describe("`store.backups`; null where this server makes none"),
      under_way: backupUnderWay.schema.nullable().describe("the one that is being made"),
      last_failure: z.object({ at: time(), problem: z.string() }).nullable()
        .describe("why the last one was not made; null where it was"),
      backups: z.array(madeBackup()).describe("the newest first, 200 at most"),
    }),
  {
    folder: "backups",
    under_way: backupUnderWay.example,
    last_failure: null,
    backups: [{
      name: "heliograph-2026-11-21T080000Z.db",
      bytes: 52_428_800,
      made_at: "2026-11-21T08:00:00.000+00:00",
    }],
  },
);

/** A backup that is being made. Times are ISO 8601. */
export type ToldBackupUnderWay = Readonly<z.infer<typeof backupUnderWay.schema>>;

/** The backups of a server, as operators are told of them. Times are ISO 8601. */
export type ToldBackups = Readonly<z.infer<typeof toldBackups.schema>>;
