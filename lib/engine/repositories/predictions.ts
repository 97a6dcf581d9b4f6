import { type Durability, type Receipt, receiptHash, sha256Hex } from "../../protocol/mod.ts";
import { gamesChannel } from "./games.ts";
import { lineagesIn } from "./lineages.ts";
import type { Reader, Store, Transaction, TransactOptions } from "../store.ts";

/** A prediction that was accepted. */
export interface PredictionRecord {
  readonly predictionId: string;
  readonly hotkey: string;
  readonly uid: number;
  /** When it was accepted, in milliseconds since the Unix epoch. */
  readonly receivedAt: number;
  /** The prediction rendered as signed text. */
  readonly text: string;
  readonly receipt: Receipt;
}

/** Where a miner's receipts and wagers stand. */
export interface MinerHead {
  /** `miner_sequence` of its last receipt. */
  readonly sequence: number;
  /** `previous` of its next receipt. */
  readonly previous: string;
  /** The UTC day that the figures below count. */
  readonly day: string;
  /** The sum of its wagers on that day. */
  readonly wagered: number;
  /** How many of its predictions were accepted on that day, and their bytes; absent where an older version wrote. */
  readonly predictions?: number;
  readonly bytes?: number;
}

/** Where the validator's sequence stands. */
export interface Head {
  readonly sequence: number;
  /** What its next receipts say of the backup that was restored last; absent where none was. */
  readonly lineage?: string;
}

/** Under which predictions are judged and added: one group at a time on all servers of the store. */
export const predictionsLock: TransactOptions = { lock: "predictions" };
const headKey = ["prediction_head"] as const;
const prunedKey = ["prediction_pruned"] as const;
/** Large, since on a disk that is all but full something small would still find room. */
const probe = new Uint8Array(60_000);
/** Newest receipts that are held against their predictions and the heads of their miners at a start. */
const newest = 100;

/** Reads what was accepted. Whatever reads a prediction throws where it is not the one that its receipt vouches for. */
class PredictionReader {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  async head(): Promise<Head> {
    const [sequence, lineages] = await Promise.all([
      this.#reader.get<number>(headKey),
      lineagesIn(this.#reader),
    ]);
    const lineage = lineages.at(-1)?.id;
    return { sequence: sequence ?? 0, ...(lineage === undefined ? {} : { lineage }) };
  }

  /** The sequence up to which predictions were pruned; 0 where none was. */
  async pruned(): Promise<number> {
    return await this.#reader.get<number>(prunedKey) ?? 0;
  }

  /** Each miner's head, in the order asked for; null for a miner without an accepted prediction. */
  async minerHeads(hotkeys: readonly string[]): Promise<(MinerHead | null)[]> {
    return await this.#reader.getMany<MinerHead>(hotkeys.map((hotkey) => ["miner_heads", hotkey]));
  }

  /** The stored predictions under these ids of these miners, in the order asked for; null where there is none. */
  async find(ids: readonly { hotkey: string; predictionId: string }[]): Promise<(PredictionRecord | null)[]> {
    const sequences = await this.#reader.getMany<number>(
      ids.map(({ hotkey, predictionId }) => ["prediction_ids", hotkey, predictionId]),
    );
    const records = await this.numbered(sequences.filter((sequence) => sequence !== null));
    const bySequence = new Map(records.map((record) => [record.receipt.sequence, record]));
    return sequences.map((sequence) => sequence === null ? null : bySequence.get(sequence) ?? null);
  }

  /** The predictions with these sequences, all of which must be there, but for those that were pruned meanwhile. */
  async numbered(sequences: readonly number[]): Promise<PredictionRecord[]> {
    if (sequences.length === 0) return [];
    const records = await this.#reader.getMany<PredictionRecord>(
      sequences.map((sequence) => ["predictions", sequence]),
    );
    const missing = sequences.filter((_, index) => records[index] === null);
    if (missing.length > 0) {
      const pruned = await this.pruned();
      const lost = missing.find((sequence) => sequence > pruned);
      if (lost !== undefined) throw new Error(`The store is damaged: prediction ${lost} is missing`);
    }
    return records.filter((record) => record !== null).map(sound);
  }
}

/** What was accepted, with what a transaction adds to it. */
export class PredictionTransaction extends PredictionReader {
  readonly #transaction: Transaction;

  constructor(transaction: Transaction) {
    super(transaction);
    this.#transaction = transaction;
  }

  /** Adds to what a miner is told, and answers the offset. */
  async tell(hotkey: string, data: unknown): Promise<number> {
    return await this.#transaction.append(confirmationsChannel(hotkey), data);
  }

  /** The newest offset of the channel with the games. */
  async gamesOffset(): Promise<number> {
    return await this.#transaction.offset(gamesChannel);
  }

  /** What its writes will survive. */
  async durability(): Promise<Durability> {
    return await this.#transaction.durability();
  }

  /** Adds predictions, which follow the head that was read, and sets the heads of their miners. */
  add(records: readonly PredictionRecord[], minerHeads: ReadonlyMap<string, MinerHead>): void {
    for (const record of records) {
      const { hotkey, predictionId, receipt: { sequence, miner_sequence } } = record;
      this.#transaction.set(["predictions", sequence], record);
      this.#transaction.set(["prediction_ids", hotkey, predictionId], sequence);
      this.#transaction.set(["miner_predictions", hotkey, miner_sequence], sequence);
    }
    for (const [hotkey, minerHead] of minerHeads) this.#transaction.set(["miner_heads", hotkey], minerHead);
    const last = records.at(-1);
    if (last !== undefined) this.#transaction.set(headKey, last.receipt.sequence);
  }

  /** Removes up to `limit` of the oldest that were accepted before a time. Answers how many. */
  async prune(before: number, limit: number): Promise<number> {
    const [pruned, { sequence: head }] = await Promise.all([this.pruned(), this.head()]);
    const count = Math.min(limit, head - pruned);
    const oldest = await this.numbered(Array.from({ length: count }, (_, index) => pruned + 1 + index));
    const young = oldest.findIndex(({ receivedAt }) => receivedAt >= before);
    const old = young === -1 ? oldest : oldest.slice(0, young);
    for (const { hotkey, predictionId, receipt: { sequence, miner_sequence } } of old) {
      this.#transaction.delete(["predictions", sequence]);
      this.#transaction.delete(["prediction_ids", hotkey, predictionId]);
      this.#transaction.delete(["miner_predictions", hotkey, miner_sequence]);
    }
    if (old.length > 0) this.#transaction.set(prunedKey, pruned + old.length);
    return old.length;
  }
}

/** What the names of the channels begin with on which miners are told what became of their predictions. */
export const confirmationsPrefix = "confirmations/";

/** The channel on which a miner is told what became of its predictions. */
export function confirmationsChannel(hotkey: string): string {
  return confirmationsPrefix + hotkey;
}

/** What was accepted: an append-only log, whose oldest entries may be pruned, with a gapless sequence, and the indexes into it. */
export class PredictionRepository extends PredictionReader {
  readonly #store: Store;

  constructor(store: Store) {
    super(store);
    this.#store = store;
  }

  /**
   * Removes the oldest predictions, up to `limit` of those that were accepted before a time, in milliseconds since the Unix
   * epoch; the heads of the chains stay. Answers how many.
   */
  async prune(before: number, limit: number): Promise<number> {
    return await this.#store.transact(
      (transaction) => new PredictionTransaction(transaction).prune(before, limit),
      predictionsLock,
    );
  }

  /** Commits something of no meaning. Throws what a commit of predictions would. */
  async probe(): Promise<void> {
    await this.#store.set(["probe"], probe);
  }

  /** Up to `limit` accepted predictions that follow `sequence`, in order. */
  async after(sequence: number, limit: number): Promise<PredictionRecord[]> {
    const records: PredictionRecord[] = [];
    const range = { prefix: ["predictions"], from: [sequence + 1], limit } as const;
    for await (const { value } of this.#store.list<PredictionRecord>(range)) records.push(sound(value));
    return records;
  }

  /** Up to `limit` accepted predictions of a miner that follow its `miner_sequence` `after`, in order. */
  async ofMiner(hotkey: string, after: number, limit: number): Promise<PredictionRecord[]> {
    const sequences: number[] = [];
    const range = { prefix: ["miner_predictions", hotkey], from: [after + 1], limit } as const;
    for await (const { value } of this.#store.list<number>(range)) sequences.push(value);
    return await this.numbered(sequences);
  }

  /** Up to `limit` of the newest accepted predictions of a miner, the newest first. */
  async latestOf(hotkey: string, limit: number): Promise<PredictionRecord[]> {
    const sequences: number[] = [];
    const range = { prefix: ["miner_predictions", hotkey], limit, reverse: true } as const;
    for await (const { value } of this.#store.list<number>(range)) sequences.push(value);
    return await this.numbered(sequences);
  }

  /** What is stored after a sequence, in order, whether or not it is sound. */
  async *stored(after: number): AsyncIterableIterator<PredictionRecord> {
    const range = { prefix: ["predictions"], from: [after + 1] } as const;
    for await (const { value } of this.#store.list<PredictionRecord>(range)) yield value;
  }

  /** Whether each of these predictions is found under its id and under its place among its miner's. */
  async areIndexed(records: readonly PredictionRecord[]): Promise<boolean[]> {
    const [ids, places] = await Promise.all([
      this.#store.getMany<number>(
        records.map(({ hotkey, predictionId }) => ["prediction_ids", hotkey, predictionId]),
      ),
      this.#store.getMany<number>(
        records.map(({ hotkey, receipt }) => ["miner_predictions", hotkey, receipt.miner_sequence]),
      ),
    ]);
    return records.map(({ receipt: { sequence } }, index) =>
      ids[index] === sequence && places[index] === sequence
    );
  }

  /** Every miner's head. */
  async *heads(): AsyncIterableIterator<{ readonly hotkey: string; readonly head: MinerHead }> {
    for await (const { key, value } of this.#store.list<MinerHead>({ prefix: ["miner_heads"] })) {
      yield { hotkey: String(key[1]), head: value };
    }
  }

  /** Holds the newest predictions against the heads of the chains. Throws an error that says what is damaged. */
  async assertSound(): Promise<void> {
    for (;;) {
      const [{ sequence }, pruned] = await Promise.all([this.head(), this.pruned()]);
      const problem = await this.#problemOfNewest(sequence, Math.max(pruned, sequence - newest));
      if (problem === undefined) return;
      // Other servers of the store may have added something meanwhile, or pruned it.
      const isSettled = sequence === (await this.head()).sequence && pruned === await this.pruned();
      if (isSettled) throw new Error(`The store is damaged: ${problem}`);
    }
  }

  async #problemOfNewest(sequence: number, first: number): Promise<string | undefined> {
    const records = await this.after(first, newest + 1);
    if (records.length !== sequence - first || (records.at(-1)?.receipt.sequence ?? first) !== sequence) {
      return `receipts ${first + 1} to ${sequence} are not all there`;
    }
    const last = [...new Map(records.map((record) => [record.hotkey, record])).values()];
    const heads = await this.minerHeads(last.map(({ hotkey }) => hotkey));
    const wrong = last.find(({ receipt }, index) =>
      heads[index]?.sequence !== receipt.miner_sequence || heads[index]?.previous !== receiptHash(receipt)
    );
    return wrong && `the head of ${wrong.hotkey} does not follow its receipt ${wrong.receipt.sequence}`;
  }
}

/** Throws when a stored prediction is not the one that its receipt vouches for. */
function sound(record: PredictionRecord): PredictionRecord {
  const { text, receipt: { sequence, hash } } = record;
  if (sha256Hex(text) === hash) return record;
  throw new Error(`The store is damaged: prediction ${sequence} is not the one that its receipt vouches for`);
}
