import { verifySignature } from "../../crypto/sr25519.ts";
import { type ChainEntry, type ChainSummary, ReceiptChain } from "./chain.ts";
import { type FindingKind, Findings, type ReceiptFinding } from "./finding.ts";
import { type Confirmation, readConfirmation } from "./read_confirmation.ts";

/** What receipts are held against. */
export interface ReceiptAuditOptions {
  /** The SS58 address of the validator that must have signed them. */
  readonly validator: string;
  /** The only miner whose receipts are expected; by default any, each with a chain of its own. */
  readonly miner?: string | undefined;
  /** `miner_sequence` that the receipts begin with; 1 where nothing else is known. */
  readonly from?: number | undefined;
  /** Whether lines may stand in another order than their receipts. */
  readonly anyOrder?: boolean | undefined;
  /** What was sent: SHA-256 of each prediction as signed text by its `prediction_id`. */
  readonly predictions?: ReadonlyMap<string, string> | undefined;
  /** Checks a signature; by default in this thread. */
  readonly verify?: (text: string, signature: string, address: string) => boolean | Promise<boolean>;
}

/** What came of an audit. */
export interface ReceiptReport {
  /** Whether every line is the validator's and no receipt is missing, changed or doubled. */
  readonly sound: boolean;
  /** Whose signatures were expected. */
  readonly validator: string;
  /** Signed confirmations, refusals among them. */
  readonly confirmations: number;
  /** How many of the confirmations say that something was refused. */
  readonly refusals: number;
  /** Each miner's chain. */
  readonly miners: readonly ChainSummary[];
  /** The first hundred of each kind, in the order of the lines. */
  readonly findings: readonly ReceiptFinding[];
  /** How many there are in all. */
  readonly counts: Partial<Record<FindingKind, number>>;
}

/**
 * Checks a validator's receipts without asking it: signatures, and the chain that shows when one is withheld. Needs
 * `cryptoReady` before.
 *
 * @example
 * ```ts
 * async function audit(lines: readonly string[], options: ReceiptAuditOptions): Promise<ReceiptReport> {
 *   const audit = new ReceiptAudit(options);
 *   for (const [index, line] of lines.entries()) await audit.take(index + 1, line);
 *   return audit.report();
 * }
 *
 * const { sound, findings } = await audit(['{"type": "confirmation"}'], { validator: "5F..." });
 * console.log(sound, findings);
 * ```
 */
export class ReceiptAudit {
  readonly #options: ReceiptAuditOptions;
  readonly #findings = new Findings();
  readonly #entries: ChainEntry[] = [];
  #confirmations = 0;
  #refusals = 0;

  /** Begins with nothing read. */
  constructor(options: ReceiptAuditOptions) {
    this.#options = options;
  }

  /** Takes a line of the file, counted from 1. `complete`: whether a line feed ends it. Rejects only if `verify` does. */
  async take(line: number, text: string, complete = true): Promise<void> {
    if (text.trim() === "") return;
    let confirmation: Confirmation | undefined;
    try {
      confirmation = readConfirmation(text);
    } catch (error) {
      this.unreadable(line, error instanceof Error ? error.message : String(error), complete);
    }
    if (confirmation !== undefined) await this.#check(line, confirmation);
  }

  /** Takes note of a line that cannot be read. */
  unreadable(line: number, reason: string, complete = true): void {
    this.#findings.add(complete ? "unreadable" : "truncated", line, reason);
  }

  /** What was found in the lines taken so far. */
  report(): ReceiptReport {
    const findings = this.#findings.copy();
    const { from = 1, anyOrder = false } = this.#options;
    const chains = this.#chains(findings);
    const miners = [...chains.values()].map((chain) => chain.check({ from, anyOrder }, findings));
    this.#reportUnconfirmed(findings);
    return {
      sound: findings.sound,
      validator: this.#options.validator,
      confirmations: this.#confirmations,
      refusals: this.#refusals,
      miners,
      findings: findings.list(),
      counts: findings.counts,
    };
  }

  async #check(line: number, confirmation: Confirmation): Promise<void> {
    const { validator, miner, verify = verifySignature } = this.#options;
    const { signedText, signature, hotkey, receipt } = confirmation;
    if (confirmation.validator !== validator) {
      return this.#findings.add("other_validator", line, `signed by ${confirmation.validator}`);
    }
    if (!await verify(signedText, signature, validator)) {
      return this.#findings.add("forged", line, `the signature is not by ${validator} over this text`);
    }
    this.#confirmations++;
    if (receipt === undefined) this.#refusals++;
    else if (miner !== undefined && hotkey !== undefined && hotkey !== miner) {
      this.#findings.add("foreign_miner", line, `the receipt of ${hotkey}`);
    } else {
      this.#compare(line, confirmation.predictionId, receipt.hash);
      this.#entries.push(entryOf(line, confirmation, receipt));
    }
  }

  #compare(line: number, predictionId: string, hash: string): void {
    const { predictions } = this.#options;
    if (predictions === undefined) return;
    const sent = predictions.get(predictionId);
    if (sent === undefined) {
      this.#findings.add("not_sent", line, `no prediction ${predictionId} was sent`);
    } else if (sent !== hash) {
      const hashes = `the receipt's hash is ${hash}, that of what was sent ${sent}`;
      this.#findings.add("changed_prediction", line, `prediction ${predictionId}: ${hashes}`);
    }
  }

  /** Signatures may have been checked in any order. */
  #chains(findings: Findings): Map<string, ReceiptChain> {
    const chains = new Map<string, ReceiptChain>();
    const bySequence = new Map<string, ChainEntry>();
    for (const entry of this.#entries.sort((a, b) => a.line - b.line)) {
      const chain = chains.get(entry.hotkey ?? "") ?? new ReceiptChain();
      chains.set(entry.hotkey ?? "", chain);
      if (!chain.add(entry, findings)) continue;
      // After a backup was restored, numbers are given again.
      const place = `${entry.sequence} ${entry.lineage ?? ""}`;
      const same = bySequence.get(place);
      if (same === undefined) bySequence.set(place, entry);
      else findings.add("fork", entry.line, `sequence ${entry.sequence} stands in line ${same.line} too`);
    }
    return chains;
  }

  #reportUnconfirmed(findings: Findings): void {
    const { predictions } = this.#options;
    if (predictions === undefined) return;
    const confirmed = new Set(this.#entries.map(({ predictionId }) => predictionId));
    for (const id of predictions.keys()) {
      if (!confirmed.has(id)) findings.add("unconfirmed", undefined, `no receipt for prediction ${id}`);
    }
  }
}

function entryOf(
  line: number,
  { predictionId, hotkey, digest }: Confirmation,
  { sequence, miner_sequence: minerSequence, previous, lineage }: NonNullable<Confirmation["receipt"]>,
): ChainEntry {
  return { line, predictionId, hotkey, sequence, minerSequence, previous, lineage, digest };
}
