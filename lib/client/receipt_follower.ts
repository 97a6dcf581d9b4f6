import { type Receipt, receiptHash, type Timer } from "../protocol/mod.ts";
import { type Context, problem } from "./context.ts";

/** How long a missing receipt may take: answers over HTTP come in any order, and predictions are sent again. */
const patienceMs = 60_000;
/** Receipts that wait for those before them. */
const mostWaiting = 1000;

/** Where a miner's receipts stand: the last of a row without a gap. */
interface ReceiptHead {
  readonly number: number;
  /** SHA-256 of that receipt: `previous` of the next one. */
  readonly digest: string;
  /** Since which restored backup it counts; absent where none was. */
  readonly lineage?: string | undefined;
}

interface Waiting {
  readonly previous: string;
  readonly digest: string;
}

/**
 * Sees whether each receipt follows the one before it, as the validator promises, and reports where one does not. The first
 * receipt ever seen is taken as it is. Protocol, section 3.
 */
export class ReceiptFollower {
  readonly #context: Context;
  readonly #waiting = new Map<number, Waiting>();
  /** Lineages before that of the head: what still comes of them was confirmed before. */
  readonly #past = new Set<string | undefined>([undefined]);
  #head: ReceiptHead | undefined;
  #timer: Timer | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  /** What an earlier process, or this one, has seen last. */
  get head(): ReceiptHead | undefined {
    return this.#head;
  }

  set head(head: ReceiptHead | undefined) {
    this.#head = head;
  }

  /** Takes a receipt that the validator signed, in whatever order and however often they come. */
  take(receipt: Receipt): void {
    const { miner_sequence: number, previous, lineage } = receipt;
    const digest = receiptHash(receipt);
    const head = this.#head;
    if (head === undefined) this.#head = { number, digest, lineage };
    else if (lineage !== head.lineage && !this.#past.has(lineage)) this.#restart(head, receipt, digest);
    else if (lineage !== head.lineage) return;
    else if (number === head.number && digest !== head.digest) {
      problem(
        this.#context,
        "receipt_fork",
        `The validator gave two different receipts with number ${number}`,
      );
    } else if (number > head.number && this.#waiting.size < mostWaiting) {
      this.#waiting.set(number, { previous, digest });
    }
    this.#advance();
  }

  /** The validator has restored a backup: its first receipt since then is taken as it is. */
  #restart(head: ReceiptHead, { miner_sequence: number, previous, lineage }: Receipt, digest: string): void {
    this.#past.add(head.lineage);
    this.#waiting.clear();
    this.stop();
    this.#head = { number, digest, lineage };
    if (number <= head.number) {
      const what = number === head.number
        ? `receipt ${number} counts`
        : `receipts ${number} to ${head.number} count`;
      problem(
        this.#context,
        "receipt_restored",
        `The validator restored a backup: ${what} no more, and their numbers are given again`,
      );
    } else if (number === head.number + 1 && previous !== head.digest) {
      problem(this.#context, "receipt_chain", `Receipt ${number} does not name the one before it`);
    }
  }

  /** Waits for nothing any more. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #advance(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      if (next.previous !== this.#head?.digest) {
        const number = (this.#head?.number ?? 0) + 1;
        problem(this.#context, "receipt_chain", `Receipt ${number} does not name the one before it`);
      }
      this.#pass((this.#head?.number ?? 0) + 1, next.digest);
    }
    if (this.#waiting.size === 0) this.stop();
    else this.#timer ??= this.#context.clock.after(patienceMs, () => this.#skip());
  }

  #next(): Waiting | undefined {
    return this.#waiting.get((this.#head?.number ?? 0) + 1);
  }

  #pass(number: number, digest: string): void {
    this.#waiting.delete(number);
    this.#head = { number, digest, lineage: this.#head?.lineage };
    this.stop();
  }

  /** Goes on after those that have not come. */
  #skip(): void {
    this.#timer = undefined;
    const number = Math.min(...this.#waiting.keys());
    const next = this.#waiting.get(number);
    if (next === undefined) return;
    const from = (this.#head?.number ?? 0) + 1;
    const missing = from === number - 1 ? `Receipt ${from} has` : `Receipts ${from} to ${number - 1} have`;
    problem(this.#context, "receipt_gap", `${missing} not come, while receipt ${number} has`);
    this.#pass(number, next.digest);
    this.#advance();
  }
}
