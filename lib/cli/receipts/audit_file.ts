import type { ReceiptAudit } from "../../client/mod.ts";
import { boundedLines, type Line } from "./lines.ts";

/** Lines whose signatures are being checked at once. */
const atOnce = 1024;

/** Takes every line of a file into an audit; `progress` is told of each, with the bytes read so far. */
export async function auditFile(
  input: ReadableStream<Uint8Array>,
  audit: ReceiptAudit,
  progress: (lines: number, bytes: number) => void,
): Promise<void> {
  const checking: Promise<void>[] = [];
  for await (const line of boundedLines(input)) {
    checking.push(take(line, audit));
    if (checking.length >= atOnce) await checking.shift();
    progress(line.number, line.end);
  }
  await Promise.all(checking);
}

async function take({ number, text, problem, head, complete }: Line, audit: ReceiptAudit): Promise<void> {
  if (text !== undefined) await audit.take(number, text, complete);
  else if (!isOtherEvent(head)) audit.unreadable(number, problem, complete);
}

/** A list of all games that `heliograph miner` printed may well be too long to be kept. */
function isOtherEvent(head: string): boolean {
  return /^\{"event":"(?!confirmation"|refused")\w+"/.test(head);
}
