import { oneLine } from "../../config/mod.ts";
import type { StoreReport } from "../../operations/mod.ts";
import { palette } from "../palette.ts";
import { counted } from "../text.ts";
import type { StoreSurroundings } from "./surroundings.ts";

/** A report in words. */
export function describeReport(report: StoreReport, { stdio }: StoreSurroundings): string {
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
