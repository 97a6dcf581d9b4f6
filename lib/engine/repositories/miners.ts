import type { Store, Transaction } from "../store.ts";

/** A miner as the operator registered it. */
export interface MinerRecord {
  readonly hotkey: string;
  readonly uid: number;
  readonly blacklisted: boolean;
}

const versionKey = ["miners_version"] as const;

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

  /** Another one after every change, whichever server made it; null before the first. */
  async version(): Promise<string | null> {
    return await this.#store.get<string>(versionKey);
  }

  async put(miner: MinerRecord): Promise<void> {
    await this.#change((transaction) => transaction.set(["miners", miner.hotkey], miner));
  }

  async delete(hotkey: string): Promise<void> {
    await this.#change((transaction) => transaction.delete(["miners", hotkey]));
  }

  async #change(write: (transaction: Transaction) => void): Promise<void> {
    await this.#store.transact((transaction) => {
      transaction.set(versionKey, crypto.randomUUID());
      return Promise.resolve(write(transaction));
    });
  }
}
