import { flag, UsageError, withoutPasswords } from "../../config/mod.ts";
import { restoreStore } from "../../operations/mod.ts";
import { readUsage, type Usage } from "../command.ts";
import { counted } from "../text.ts";
import { locationOf, locationOptions, receiptProgress, type StoreSurroundings } from "./surroundings.ts";

/** How `store restore` is called. */
export const restoreUsage = {
  name: "store restore",
  operand: "FILE",
  about:
    "Puts the store of a backup, once it is verified, where no server uses one. Numbers that were given after the " +
    "backup was made are given again, so that from then on receipts name another lineage.",
  options: { ...locationOptions, force: flag("Replaces a store that is there.") },
} satisfies Usage;

/** `store restore`. */
export async function restore(args: readonly string[], surroundings: StoreSurroundings): Promise<number> {
  const { operand: file, values: { force } } = readUsage(restoreUsage, args);
  if (file === undefined) throw new UsageError("Missing FILE");
  const location = locationOf(restoreUsage, args, surroundings);
  const { clock, stdio } = surroundings;
  using progress = receiptProgress(surroundings);
  const { report: { receipts, last }, lineage: { id } } = await restoreStore({
    file,
    location,
    force,
    clock,
    progress: progress.tell,
  });
  await stdio.print(
    `${withoutPasswords(location)}: ${counted(receipts, "receipt")}, up to ${last}, verified; those from ${
      last + 1
    } on are of lineage ${id}\n`,
  );
  return 0;
}
