import { flag, withoutPasswords } from "../../config/mod.ts";
import { type StoreReport, verifyStore } from "../../operations/mod.ts";
import { readUsage, type Usage } from "../command.ts";
import { jsonText } from "../text.ts";
import { describeReport } from "./report.ts";
import { locationOf, locationOptions, receiptProgress, type StoreSurroundings } from "./surroundings.ts";

/** How `store verify` is called. */
export const verifyUsage = {
  name: "store verify",
  about:
    "Reads the whole store, also while servers use it: the pages of its file, and whether the receipts have no gap, " +
    "follow one another, and vouch for the predictions that are stored. Exit code 0: sound; 1: not sound.",
  options: { ...locationOptions, json: flag("Prints the report as a JSON object.") },
} satisfies Usage;

/** `store verify`: exit code 0 if the store is sound, 1 if not. */
export async function verify(args: readonly string[], surroundings: StoreSurroundings): Promise<number> {
  const { values } = readUsage(verifyUsage, args);
  const location = locationOf(verifyUsage, args, surroundings);
  const report = await verified(location, surroundings);
  const { stdio } = surroundings;
  await stdio.print(
    values.json
      ? `${jsonText({ store: withoutPasswords(location), ...report })}\n`
      : describeReport(report, surroundings),
  );
  return report.sound ? 0 : 1;
}

async function verified(location: string, surroundings: StoreSurroundings): Promise<StoreReport> {
  using progress = receiptProgress(surroundings);
  return await verifyStore(location, progress.tell);
}
