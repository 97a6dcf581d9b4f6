import { UsageError } from "../../config/mod.ts";
import { backupStore } from "../../operations/mod.ts";
import { readUsage, type Usage } from "../command.ts";
import { counted } from "../text.ts";
import { locationOf, locationOptions, receiptProgress, type StoreSurroundings } from "./surroundings.ts";

/** How `store backup` is called. */
export const backupUsage = {
  name: "store backup",
  operand: "FILE",
  about:
    "Makes a backup of the store as it is at one moment, also while servers use it: one file, which is verified " +
    "before it takes its name. A file that is there is not written over.",
  options: locationOptions,
} satisfies Usage;

/** `store backup`. */
export async function backup(args: readonly string[], surroundings: StoreSurroundings): Promise<number> {
  const { operand: file } = readUsage(backupUsage, args);
  if (file === undefined) throw new UsageError("Missing FILE");
  const location = locationOf(backupUsage, args, surroundings);
  using progress = receiptProgress(surroundings);
  const { receipts, last } = await backupStore(location, file, progress.tell);
  await surroundings.stdio.print(`${file}: ${counted(receipts, "receipt")}, up to ${last}, verified\n`);
  return 0;
}
