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
  /** Since which restored backup it counts; undefined where none was. */
  readonly lineage: string | undefined;
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
interface ChainRules {
  /** `miner_sequence` that it is to begin with. */
  readonly from: number;
  /** Whether lines may stand in any order. */
  readonly anyOrder: boolean;
}

/** What was given between two restored backups. */
interface Branch {
  readonly byNumber: Map<number, ChainEntry>;
  readonly byPrediction: Map<string, ChainEntry>;
}

/** One miner's receipts. Protocol, section 3. */
export class ReceiptChain {
  /** By lineage, in the order in which they first stand in the file. */
  readonly #branches = new Map<string | undefined, Branch>();

  /** Takes a receipt; to be called in the order of the lines. False: it is not the first with its content. */
  add(entry: ChainEntry, findings: Findings): boolean {
    const { line, minerSequence, predictionId, digest, lineage } = entry;
    const { byNumber, byPrediction } = this.#branches.get(lineage) ??
      { byNumber: new Map(), byPrediction: new Map() };
    this.#branches.set(lineage, { byNumber, byPrediction });
    const same = byNumber.get(minerSequence);
    if (same?.digest === digest && same.predictionId === predictionId) {
      findings.add("duplicate", line, `the same receipt as in line ${same.line}`);
      return false;
    }
    const twice = byPrediction.get(predictionId);
    if (same !== undefined) {
      findings.add("fork", line, `${describeFork(entry)} stands in line ${same.line}`);
    } else if (twice !== undefined) {
      findings.add("fork", line, `prediction ${predictionId} has another receipt in line ${twice.line}`);
    }
    if (same === undefined) byNumber.set(minerSequence, entry);
    if (twice === undefined) byPrediction.set(predictionId, entry);
    return true;
  }

  /** What still counts: a restored backup takes back what was given after it was made. */
  #standing(findings: Findings): Iterable<ChainEntry> {
    const standing = new Map<number, ChainEntry>();
    for (const { byNumber } of this.#branches.values()) {
      const [first] = inOrder(byNumber.values());
      const takenBack = inOrder(
        [...standing.values()].filter((entry) =>
          first !== undefined && entry.minerSequence >= first.minerSequence
        ),
      );
      if (first !== undefined && takenBack.length > 0) {
        findings.add("restored", first.line, describeRestored(first, takenBack));
      }
      for (const { minerSequence } of takenBack) standing.delete(minerSequence);
      for (const [number, entry] of byNumber) standing.set(number, entry);
    }
    return standing.values();
  }

  /** Holds every receipt against the one before it. */
  check({ from, anyOrder }: ChainRules, findings: Findings): ChainSummary {
    const entries = inOrder(this.#standing(findings));
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

function inOrder(entries: Iterable<ChainEntry>): ChainEntry[] {
  return [...entries].sort((a, b) => a.minerSequence - b.minerSequence);
}

function describeRestored(first: ChainEntry, takenBack: readonly ChainEntry[]): string {
  const [from, to] = [takenBack[0]?.minerSequence, takenBack.at(-1)?.minerSequence];
  const which = from === to ? `receipt ${from}, which stands` : `receipts ${from} to ${to}, which stand`;
  return `the validator restored a backup that ended with receipt ${
    first.minerSequence - 1
  }, and gives numbers again from ` +
    `receipt ${first.minerSequence} on, as lineage ${first.lineage}: ${which} in line ${
      takenBack[0]?.line
    } and after it, ` +
    `count no more`;
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
