import type { Store, Transaction } from "../store.ts";

/** A miner as the operator registered it. */
export interface MinerRecord {
  readonly hotkey: string;
  readonly uid: number;
  readonly blacklisted: boolean;
}

/** What the log keeps of a change: the miner as it is registered from then on, null where it is no more. */
export interface MinerChange {
  readonly hotkey: string;
  readonly miner: MinerRecord | null;
}

/** The channel of the log with every change. */
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

  /** Answers the offset of the change. */
  async put(miner: MinerRecord): Promise<number> {
    return await this.#change(
      { hotkey: miner.hotkey, miner },
      (transaction) => transaction.set(["miners", miner.hotkey], miner),
    );
  }

  /** Answers the offset of the change. */
  async delete(hotkey: string): Promise<number> {
    return await this.#change(
      { hotkey, miner: null },
      (transaction) => transaction.delete(["miners", hotkey]),
    );
  }

  async #change(change: MinerChange, write: (transaction: Transaction) => void): Promise<number> {
    return await this.#store.transact(async (transaction) => {
      write(transaction);
      return await transaction.append(minersChannel, change);
    });
  }
}
