import { StoreMissing } from "../operations/mod.ts";
import { systemClock } from "../protocol/mod.ts";
import { type Command, runAction, type Usage } from "./command.ts";
import { processStdio, tellSync } from "./stdio.ts";
import { backup, backupUsage } from "./store/backup.ts";
import { copy, copyUsage } from "./store/copy.ts";
import { exportStore, exportUsage } from "./store/export.ts";
import { prune, pruneUsage } from "./store/prune.ts";
import { restore, restoreUsage } from "./store/restore.ts";
import { verify, verifyUsage } from "./store/verify.ts";
import type { StoreSurroundings } from "./store/surroundings.ts";

/** How it is called. */
export const usage: Usage = {
  name: "store",
  about:
    "Looks after what the gateway keeps. Which store that is, the setting store says, as a flag, a variable or in the " +
    "file of settings.",
  options: {},
  actions: [verifyUsage, copyUsage, backupUsage, restoreUsage, exportUsage, pruneUsage],
  closing: "Exit code 0: done, or sound; 1: not done, or not sound; 2: wrong usage, or there is no store.",
  examples: [
    "heliograph store verify --store=data/heliograph.db",
    "heliograph store backup /backups/$(date +%F).db",
    "heliograph store copy data/heliograph.db postgres://ann@db.example/heliograph",
    "heliograph store export --format=csv >predictions.csv",
  ],
};

/** `heliograph store`: looks after what the gateway keeps. */
export const run: Command = (args) =>
  runStore(args, {
    stdio: processStdio,
    clock: systemClock,
    env: Deno.env.toObject(),
    readFile: Deno.readTextFileSync,
    show: Deno.stderr.isTerminal() ? (text) => tellSync(Deno.stderr, text) : undefined,
  });

/** {@link run} with surroundings of the caller's choice. */
export async function runStore(args: readonly string[], surroundings: StoreSurroundings): Promise<number> {
  return await runAction(usage, args, {
    ...surroundings,
    failure: (error: Error) => error instanceof StoreMissing ? 2 : 1,
  }, {
    verify: [verifyUsage, verify],
    copy: [copyUsage, copy],
    backup: [backupUsage, backup],
    restore: [restoreUsage, restore],
    export: [exportUsage, exportStore],
    prune: [pruneUsage, prune],
  });
}
