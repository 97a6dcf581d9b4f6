import type { Store } from "../store.ts";

/** A key of a subnet as it was last read from the chain. */
export interface ChainEntry {
  readonly uid: number;
  readonly hotkey: string;
  readonly permit: boolean | null;
  readonly stake: number | null;
}

/** A subnet as it was last read from the chain. */
export interface ChainListRecord {
  readonly netuid: number;
  /** Hash of the chain's first block. */
  readonly genesis: string;
  readonly block: number;
  readonly specVersion: number;
  /** In milliseconds since the Unix epoch. */
  readonly readAt: number;
  readonly entries: readonly ChainEntry[];
}

/** The last known list of each subnet, for the time in which no node answers. */
export class ChainListRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async get(netuid: number): Promise<ChainListRecord | null> {
    return await this.#store.get<ChainListRecord>(["chain_list", netuid]);
  }

  async put(record: ChainListRecord): Promise<void> {
    await this.#store.set(["chain_list", record.netuid], record);
  }
}
