import { changeRecord, changeRecords, type NumberedChange } from "../shared_records.ts";
import type { Store } from "../store.ts";

/** A miner as the operator registered it. */
interface MinerRecord {
  readonly hotkey: string;
  readonly uid: number;
  readonly blacklisted: boolean;
}

/** The channel of the log with every miner that is registered, changed or removed. */
export const minersChannel = "miners";

/** The miners that the operator registered by hand. */
export class MinerRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async list(): Promise<MinerRecord[]> {
    const records: MinerRecord[] = [];
    for await (const { value } of this.#store.list<MinerRecord>({ prefix: ["miners"] })) records.push(value);
    return records;
  }

  /** Answers the change. */
  async put(miner: MinerRecord): Promise<NumberedChange<MinerRecord>> {
    return await changeRecord(this.#store, minersChannel, miner.hotkey, () => miner);
  }

  /** Answers the change. */
  async delete(hotkey: string): Promise<NumberedChange<MinerRecord>> {
    return await changeRecord<MinerRecord>(this.#store, minersChannel, hotkey, () => null);
  }

  /** Puts some and deletes others; answers the changes. */
  async change(
    put: readonly MinerRecord[],
    deleted: readonly string[],
  ): Promise<NumberedChange<MinerRecord>[]> {
    return await changeRecords<MinerRecord>(this.#store, minersChannel, [
      ...put.map((record) => ({ key: record.hotkey, record })),
      ...deleted.map((key) => ({ key, record: null })),
    ]);
  }
}
