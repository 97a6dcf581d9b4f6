import { noReceipt } from "../../protocol/mod.ts";
import type { Findings } from "./finding.ts";

/** A receipt that the validator really signed, and where it stands. */
export interface ChainEntry {
  readonly line: number;
  readonly predictionId: string;
  readonly hotkey: string | undefined;
  readonly sequence: number;
  readonly minerSequence: number;
  readonly previous: string;
  /** `previous` of the next one. */
  readonly digest: string;
}

/** How far one miner's receipts go. */
export interface ChainSummary {
  /** The miner; null where the validator does not name it. */
  readonly hotkey: string | null;
  /** Different receipts. */
  readonly receipts: number;
  /** `miner_sequence` of the first and of the last. */
  readonly first: number;
  /** The number of the last receipt. */
  readonly last: number;
  /** SHA-256 of the last: `previous` of the next one. */
  readonly head: string;
}

/** What a chain is held against. */
export interface ChainRules {
  /** `miner_sequence` that it is to begin with. */
  readonly from: number;
  /** Whether lines may stand in any order. */
  readonly anyOrder: boolean;
}

/** One miner's receipts. Protocol, section 3. */
export class ReceiptChain {
  readonly #byNumber = new Map<number, ChainEntry>();
  readonly #byPrediction = new Map<string, ChainEntry>();

  /** Takes a receipt; to be called in the order of the lines. False: it is not the first with its content. */
  add(entry: ChainEntry, findings: Findings): boolean {
    const { line, minerSequence, predictionId, digest } = entry;
    const same = this.#byNumber.get(minerSequence);
    if (same?.digest === digest && same.predictionId === predictionId) {
      findings.add("duplicate", line, `the same receipt as in line ${same.line}`);
      return false;
    }
    const twice = this.#byPrediction.get(predictionId);
    if (same !== undefined) {
      findings.add("fork", line, `${describeFork(entry)} stands in line ${same.line}`);
    } else if (twice !== undefined) {
      findings.add("fork", line, `prediction ${predictionId} has another receipt in line ${twice.line}`);
    }
    if (same === undefined) this.#byNumber.set(minerSequence, entry);
    if (twice === undefined) this.#byPrediction.set(predictionId, entry);
    return true;
  }

  /** Holds every receipt against the one before it. */
  check({ from, anyOrder }: ChainRules, findings: Findings): ChainSummary {
    const entries = [...this.#byNumber.values()].sort((a, b) => a.minerSequence - b.minerSequence);
    let expected = Math.min(from, entries[0]?.minerSequence ?? from);
    let before: ChainEntry | undefined;
    for (const entry of entries) {
      if (entry.minerSequence > expected) findings.add("hole", entry.line, describeHole(expected, entry));
      else checkLink(before, entry, findings);
      if (!anyOrder && before !== undefined && before.line > entry.line) {
        const place = `receipt ${before.minerSequence}, which comes before it, is in line ${before.line}`;
        findings.add("reordered", entry.line, `receipt ${entry.minerSequence}: ${place}`);
      }
      expected = entry.minerSequence + 1;
      before = entry;
    }
    const [first, last] = [entries[0], entries.at(-1)];
    return {
      hotkey: first?.hotkey ?? null,
      receipts: entries.length,
      first: first?.minerSequence ?? 0,
      last: last?.minerSequence ?? 0,
      head: last?.digest ?? noReceipt,
    };
  }
}

function checkLink(before: ChainEntry | undefined, entry: ChainEntry, findings: Findings): void {
  const { line, minerSequence, previous, sequence } = entry;
  const broken = (what: string) => findings.add("broken_link", line, `receipt ${minerSequence}: ${what}`);
  if (before === undefined) {
    if (minerSequence === 1 && previous !== noReceipt) {
      broken("previous is not 64 zeros, as that of a first one is");
    }
    return;
  }
  if (previous !== before.digest) broken(`previous is not the hash of the receipt in line ${before.line}`);
  if (sequence <= before.sequence) broken(`sequence ${sequence} does not follow ${before.sequence}`);
}

function describeHole(expected: number, { minerSequence }: ChainEntry): string {
  const last = minerSequence - 1;
  const missing = last === expected ? `receipt ${expected} is` : `receipts ${expected} to ${last} are`;
  return `${missing} missing before receipt ${minerSequence}`;
}

/** Where miners are not named, two chains in one file look alike. */
function describeFork({ minerSequence, hotkey }: ChainEntry): string {
  const where = hotkey === undefined ? " (of this miner, or of another that is not named)" : "";
  return `another receipt ${minerSequence}${where}`;
}
