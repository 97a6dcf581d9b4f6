import { flag, oneLine } from "../../config/mod.ts";
import { type StoreReport, verifyStore } from "../../operations/mod.ts";
import { readUsage, type Usage } from "../command.ts";
import { counted } from "../counted.ts";
import { jsonText } from "../json_text.ts";
import { palette } from "../palette.ts";
import { locationOf, locationOptions } from "./location.ts";
import { receiptProgress } from "./receipt_progress.ts";
import type { StoreSurroundings } from "./surroundings.ts";

/** How it is called. */
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
    values.json ? `${jsonText({ store: location, ...report })}\n` : text(report, surroundings),
  );
  return report.sound ? 0 : 1;
}

async function verified(location: string, surroundings: StoreSurroundings): Promise<StoreReport> {
  using progress = receiptProgress(surroundings);
  return await verifyStore(location, progress.tell);
}

function text(report: StoreReport, { stdio }: StoreSurroundings): string {
  const { sound, receipts, first, last, miners, faults, faultCount } = report;
  const { status, bold } = palette(stdio.terminal?.colours ?? false);
  const more = faultCount - faults.length;
  const range = receipts === 0 ? "" : `, ${first} to ${last}, of ${counted(miners, "miner")}`;
  return [
    ...faults,
    ...more > 0 ? [`... and ${more} more`] : [],
    `${counted(receipts, "receipt")}${range}`,
  ].map((line) => `${oneLine(line, 1000)}\n`).join("") +
    (sound ? `${status.ok("sound")}\n` : `${bold(status.error("NOT SOUND"))}\n`);
}
