import { StoreMissing } from "../operations/mod.ts";
import { systemClock } from "../protocol/mod.ts";
import { type Action, type Command, Failure, runAction, runFramed, type Usage } from "./command.ts";
import { backup, backupUsage } from "./store/backup.ts";
import { exportStore, exportUsage } from "./store/export.ts";
import { prune, pruneUsage } from "./store/prune.ts";
import { restore, restoreUsage } from "./store/restore.ts";
import type { StoreSurroundings } from "./store/surroundings.ts";
import { verify, verifyUsage } from "./store/verify.ts";
import { processStdio, tellSync } from "./stdio.ts";

/** How it is called. */
export const usage: Usage = {
  name: "store",
  about:
    "Looks after what the gateway keeps. Which store that is, the setting kv says, as a flag, a variable or in the " +
    "file of settings.",
  options: {},
  actions: [verifyUsage, backupUsage, restoreUsage, exportUsage, pruneUsage],
  closing: "Exit code 0: done, or sound; 1: not done, or not sound; 2: wrong usage, or there is no store.",
  examples: [
    "heliograph store verify --kv=data/heliograph.db",
    "heliograph store backup /backups/$(date +%F).db",
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
  const { stdio } = surroundings;
  const framed = (
    own: Usage,
    act: (args: readonly string[], surroundings: StoreSurroundings) => Promise<number>,
  ): Action =>
  async (args) =>
    await runFramed(own, args, { stdio, within: usage }, async () => {
      try {
        return await act(args, surroundings);
      } catch (error) {
        throw error instanceof StoreMissing ? new Failure(error.message, 2, { cause: error }) : error;
      }
    });
  return await runAction(usage, args, stdio, {
    verify: framed(verifyUsage, verify),
    backup: framed(backupUsage, backup),
    restore: framed(restoreUsage, restore),
    export: framed(exportUsage, exportStore),
    prune: framed(pruneUsage, prune),
  });
}
