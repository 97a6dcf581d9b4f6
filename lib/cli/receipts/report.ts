import { oneLine } from "../../config/mod.ts";
import { counted, jsonText } from "../text.ts";
import type { Palette } from "../palette.ts";
import {
  type ChainSummary,
  findingKinds,
  type ReceiptFinding,
  type ReceiptReport,
} from "../../client/mod.ts";

/** A report for people. */
export function reportText(file: string, report: ReceiptReport, paint: Palette): string {
  const { sound, confirmations, refusals, miners, findings, validator } = report;
  const refused = refusals === 0 ? "" : `, ${refusals} of them refusals`;
  return [
    ...findings.map((finding) => `${file}${findingText(finding)}`),
    ...moreThanListed(report),
    `${counted(confirmations, "confirmation")} of ${validator}${refused}`,
    ...miners.map(minerText),
  ].map((line) => `${oneLine(line, 1000)}\n`).join("") + verdict(sound, paint);
}

function verdict(sound: boolean, { status, bold }: Palette): string {
  if (!sound) return `${bold(status.error("NOT SOUND"))}\n`;
  return `${status.ok("sound: every line is the validator's, and no receipt is missing or changed")}\n`;
}

/** A report for programs. */
export function reportJson(file: string, report: ReceiptReport): string {
  return `${jsonText({ file, ...report })}\n`;
}

function findingText({ kind, line, message }: ReceiptFinding): string {
  const place = line === undefined ? "" : `:${line}`;
  const mark = findingKinds[kind].fault ? "" : " (no fault)";
  return `${place}: ${kind}${mark}: ${message}`;
}

function moreThanListed({ findings, counts }: ReceiptReport): string[] {
  return Object.entries(counts).flatMap(([kind, count]) => {
    const listed = findings.filter((finding) => finding.kind === kind).length;
    return count > listed ? [`... and ${count - listed} more: ${kind}`] : [];
  });
}

function minerText({ hotkey, receipts, first, last, head }: ChainSummary): string {
  return `  ${hotkey ?? "a miner that is not named"}: ${
    counted(receipts, "receipt")
  }, ${first} to ${last}, head ${head}`;
}
