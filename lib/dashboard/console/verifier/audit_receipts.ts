import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { auditFile, boundedLines } from "../../../client/receipts/lines.ts";
import { findingKinds, ReceiptAudit } from "../../../client/receipts/mod.ts";
import type { AuditOrder, AuditOutcome, AuditProgress } from "./tasks.ts";

/** Characters that are shown of a line. */
const longestShown = 4000;
/** Lines between two words on how far it is. */
const tellEvery = 200;

/** Checks a file of receipts as `heliograph receipts verify` does, and finds the first line that is not in order. */
export async function auditReceipts(
  { file, ...options }: AuditOrder,
  tell: (progress: AuditProgress) => void,
): Promise<AuditOutcome> {
  const audit = new ReceiptAudit(options);
  const hash = sha256.create();
  const hashed = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, controller) {
      hash.update(chunk);
      controller.enqueue(chunk);
    },
  });
  await auditFile(file.stream().pipeThrough(hashed), audit, (lines, bytes) => {
    if (lines % tellEvery === 0) tell({ lines, bytes });
  });
  const report = audit.report();
  const digest = bytesToHex(hash.digest());
  const bad = report.findings.find(({ kind, line }) => line !== undefined && findingKinds[kind].fault);
  if (bad?.line === undefined) return { report, digest, firstBad: undefined };
  const { kind, line, message } = bad;
  return { report, digest, firstBad: { kind, line, message, text: await textOf(file, line) } };
}

async function textOf(file: Blob, wanted: number): Promise<string> {
  for await (const { number, text, head } of boundedLines(file.stream())) {
    if (number === wanted) return (text ?? head).slice(0, longestShown);
  }
  return "";
}
