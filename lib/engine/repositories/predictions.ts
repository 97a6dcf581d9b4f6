import { type Receipt, sha256Hex } from "../../protocol/mod.ts";

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

/** Where the validator's sequence stands, and which version of the store says so. */
export interface Head {
  readonly sequence: number;
  readonly versionstamp: string | null;
}

/** What one commit adds. */
export interface PredictionGroup {
  readonly head: Head;
  readonly predictions: readonly PredictionRecord[];
  readonly minerHeads: ReadonlyMap<string, MinerHead>;
}

/** Most predictions in one group: with the longest ids their keys stay below the 80 KiB that Deno KV takes. */
export const maxGroup = 100;
/** Most characters of signed text in one group, below Deno KV's 800 KiB. */
export const maxGroupSize = 512 * 1024;

const maxKeysPerRead = 10;
const headKey = ["prediction_head"];
/** Nearly as large as a value may be: on a disk that is all but full something small would still find room. */
const probe = new Uint8Array(60_000);

/** What was accepted: an append-only log with a gapless sequence, and the indexes into it. */
export class PredictionRepository {
  readonly #database: Deno.Kv;

  constructor(database: Deno.Kv) {
    this.#database = database;
  }

  async head(): Promise<Head> {
    const { value, versionstamp } = await this.#database.get<number>(headKey);
    return { sequence: value ?? 0, versionstamp };
  }

  /** Each miner's head, in the order asked for; null for a miner without an accepted prediction. */
  async minerHeads(hotkeys: readonly string[]): Promise<(MinerHead | null)[]> {
    return await this.#getAll<MinerHead>(hotkeys.map((hotkey) => ["miner_heads", hotkey]));
  }

  /** The stored predictions under these ids of these miners, in the order asked for; null where there is none. Throws
   * when one is not what its receipt vouches for, as all that reads predictions does. */
  async find(ids: readonly { hotkey: string; predictionId: string }[]): Promise<(PredictionRecord | null)[]> {
    const keys = ids.map(({ hotkey, predictionId }) => ["prediction_ids", hotkey, predictionId]);
    const sequences = await this.#getAll<number>(keys);
    const found = sequences.filter((sequence) => sequence !== null);
    if (found.length === 0) return sequences.map(() => null);
    const records = await this.#numbered(found);
    return sequences.map((sequence) => sequence === null ? null : records.shift() ?? null);
  }

  /**
   * Adds a group, all of it or nothing, on disk when the promise resolves.
   *
   * @returns the new head, or null when another writer has moved the old one
   */
  async commit({ head, predictions, minerHeads }: PredictionGroup): Promise<Head | null> {
    const commit = this.#database.atomic().check({ key: headKey, versionstamp: head.versionstamp });
    for (const record of predictions) {
      const { hotkey, predictionId, receipt: { sequence, miner_sequence } } = record;
      commit.set(["predictions", sequence], record)
        .set(["prediction_ids", hotkey, predictionId], sequence)
        .set(["miner_predictions", hotkey, miner_sequence], sequence);
    }
    for (const [hotkey, minerHead] of minerHeads) commit.set(["miner_heads", hotkey], minerHead);
    const sequence = head.sequence + predictions.length;
    const result = await commit.set(headKey, sequence).commit();
    return result.ok ? { sequence, versionstamp: result.versionstamp } : null;
  }

  /** Commits something of no meaning. Throws what a commit of predictions would. */
  async probe(): Promise<void> {
    await this.#database.set(["probe"], probe);
  }

  /** Up to `limit` accepted predictions that follow `sequence`, in order. */
  async after(sequence: number, limit: number): Promise<PredictionRecord[]> {
    const records: PredictionRecord[] = [];
    const selector = { start: ["predictions", sequence + 1], end: ["predictions", Infinity] };
    for await (const { value } of this.#database.list<PredictionRecord>(selector, { limit })) {
      records.push(sound(value));
    }
    return records;
  }

  /** A miner's newest accepted predictions, at most `limit`, oldest first. */
  async newestOf(hotkey: string, limit: number): Promise<PredictionRecord[]> {
    const sequences: number[] = [];
    const selector = { prefix: ["miner_predictions", hotkey] };
    for await (const { value } of this.#database.list<number>(selector, { limit, reverse: true })) {
      sequences.unshift(value);
    }
    return await this.#numbered(sequences);
  }

  async #numbered(sequences: readonly number[]): Promise<PredictionRecord[]> {
    const records = await this.#getAll<PredictionRecord>(
      sequences.map((sequence) => ["predictions", sequence]),
    );
    return records.map((record, index) => {
      if (record === null) throw new Error(`The store is damaged: prediction ${sequences[index]} is missing`);
      return sound(record);
    });
  }

  async #getAll<T>(keys: readonly Deno.KvKey[]): Promise<(T | null)[]> {
    const reads: Promise<Deno.KvEntryMaybe<T>[]>[] = [];
    for (let start = 0; start < keys.length; start += maxKeysPerRead) {
      reads.push(this.#database.getMany<T[]>(keys.slice(start, start + maxKeysPerRead)));
    }
    return (await Promise.all(reads)).flat().map(({ value }) => value);
  }
}

/** Throws when a stored prediction is not the one that its receipt vouches for. */
function sound(record: PredictionRecord): PredictionRecord {
  const { text, receipt: { sequence, hash } } = record;
  if (sha256Hex(text) === hash) return record;
  throw new Error(`The store is damaged: prediction ${sequence} is not the one that its receipt vouches for`);
}
