import {
  damageOf,
  type MinerHead,
  openEngine,
  type PredictionRecord,
  PredictionRepository,
} from "../engine/mod.ts";
import { noReceipt, receiptHash, sha256Hex } from "../protocol/mod.ts";
import { assertStoreIsThere } from "./store_missing.ts";

/** Is told how far something is; `all` is what it will come to, as far as that is known. */
export type Progress = (done: number, all: number) => void;

/** What a store's receipts are worth. */
export interface StoreReport {
  readonly sound: boolean;
  readonly receipts: number;
  /** The sequences of the first and the last of them; 0 where there is none. */
  readonly first: number;
  readonly last: number;
  /** Miners that have one. */
  readonly miners: number;
  /** What is wrong, in words, the first hundred of it. */
  readonly faults: readonly string[];
  /** How much is wrong in all. */
  readonly faultCount: number;
}

/** Where the walk is in a miner's chain. */
type Place = Pick<MinerHead, "sequence" | "previous"> & { readonly walked: number };

const page = 100;
const mostFaults = 100;

/**
 * Goes through everything that was accepted: whether the sequence has no gap, each receipt vouches for the prediction that
 * it is stored with and follows the receipt before of the same miner, the indexes lead to it, and the heads follow the last
 * receipts. Servers may go on writing to the store meanwhile.
 */
export class ReceiptWalk {
  readonly #predictions: PredictionRepository;
  readonly #chains = new Map<string, Place>();
  readonly #faults: string[] = [];
  #faultCount = 0;
  #receipts = 0;
  #first = 0;
  #last = 0;
  #pruned = 0;

  constructor(predictions: PredictionRepository) {
    this.#predictions = predictions;
  }

  /** Goes all the way, once. */
  async run(progress: Progress = () => {}): Promise<StoreReport> {
    this.#last = this.#pruned = await this.#predictions.pruned();
    const { sequence } = await this.#predictions.head();
    let records: PredictionRecord[] = [];
    for await (const record of this.#predictions.stored(this.#pruned)) {
      records.push(record);
      if (records.length < page) continue;
      await this.#take(records);
      progress(this.#receipts, sequence - this.#pruned);
      records = [];
    }
    await this.#take(records);
    if (this.#last < sequence) {
      this.#fault(`receipts ${this.#last + 1} to ${sequence} are missing: the head is ${sequence}`);
    }
    for await (const { hotkey, head } of this.#predictions.heads()) await this.#checkHead(hotkey, head);
    for (const hotkey of this.#chains.keys()) await this.#expectHead(hotkey);
    return {
      sound: this.#faultCount === 0,
      receipts: this.#receipts,
      first: this.#first,
      last: this.#receipts === 0 ? 0 : this.#last,
      miners: this.#chains.size,
      faults: this.#faults,
      faultCount: this.#faultCount,
    };
  }

  async #take(records: readonly PredictionRecord[]): Promise<void> {
    const indexed = await this.#predictions.areIndexed(records);
    records.forEach((record, index) => this.#check(record, indexed[index] === true));
  }

  #check({ hotkey, predictionId, text, receipt }: PredictionRecord, isIndexed: boolean): void {
    const { sequence, hash, previous, miner_sequence } = receipt;
    const expected = this.#last + 1;
    if (sequence > expected) this.#fault(`receipts ${expected} to ${sequence - 1} are missing`);
    if (sequence < expected) this.#fault(`receipt ${sequence} stands where ${expected} belongs`);
    if (sha256Hex(text) !== hash) {
      this.#fault(`receipt ${sequence}: its prediction ${predictionId} is not the one that it vouches for`);
    }
    if (!isIndexed) this.#fault(`receipt ${sequence}: the indexes do not lead to it`);
    const before = this.#chains.get(hotkey) ?? this.#start(miner_sequence, previous);
    if (miner_sequence !== before.sequence + 1 || previous !== before.previous) {
      this.#fault(`receipt ${sequence} does not follow receipt ${before.sequence} of ${hotkey}`);
    }
    this.#chains.set(hotkey, {
      sequence: miner_sequence,
      previous: receiptHash(receipt),
      walked: sequence,
    });
    this.#receipts += 1;
    if (this.#first === 0) this.#first = sequence;
    this.#last = Math.max(this.#last, sequence);
  }

  /** What a miner's first receipt follows; where some were pruned, that is not known any more. */
  #start(minerSequence: number, previous: string): Place {
    if (this.#pruned === 0 || minerSequence === 1) return { sequence: 0, previous: noReceipt, walked: 0 };
    return { sequence: minerSequence - 1, previous, walked: 0 };
  }

  async #checkHead(hotkey: string, head: MinerHead): Promise<void> {
    const place = this.#chains.get(hotkey);
    if (head.sequence === place?.sequence && head.previous === place.previous) return;
    if (place === undefined && this.#pruned > 0) return;
    // A server may have added some since.
    const { sequence, previous, walked } = place ?? this.#start(1, noReceipt);
    const [next] = await this.#predictions.ofMiner(hotkey, sequence, 1).catch(() => []);
    const isAhead = next !== undefined && next.receipt.sequence > Math.max(walked, this.#last) &&
      next.receipt.previous === previous;
    if (!isAhead) this.#fault(`the head of ${hotkey} does not follow its receipt ${sequence}`);
  }

  async #expectHead(hotkey: string): Promise<void> {
    const [head] = await this.#predictions.minerHeads([hotkey]);
    if (head === null) this.#fault(`${hotkey} has receipts and no head`);
  }

  #fault(message: string): void {
    this.#faultCount += 1;
    if (this.#faults.length < mostFaults) this.#faults.push(message);
  }
}

/**
 * Verifies a store, in use or not: the pages of its file, and all that was accepted.
 *
 * @throws {StoreMissing} where there is none
 */
export async function verifyStore(location: string, progress?: Progress): Promise<StoreReport> {
  assertStoreIsThere(location);
  try {
    const damage = damageOf(location);
    if (damage !== undefined) return notSound(`the file is damaged: ${damage}`);
    using engine = await openEngine(location);
    return await new ReceiptWalk(new PredictionRepository(engine)).run(progress);
  } catch (error) {
    return notSound((error as Error).message);
  }
}

/** The report of a store that nothing more can be said of. */
function notSound(fault: string): StoreReport {
  return { sound: false, receipts: 0, first: 0, last: 0, miners: 0, faults: [fault], faultCount: 1 };
}
