/** A miner as the operator registered it. */
export interface MinerRecord {
  readonly hotkey: string;
  readonly uid: number;
  readonly blacklisted: boolean;
}

/** The miners that the operator registered by hand. */
export class MinerRepository {
  readonly #database: Deno.Kv;

  constructor(database: Deno.Kv) {
    this.#database = database;
  }

  async list(): Promise<MinerRecord[]> {
    const records: MinerRecord[] = [];
    for await (const { value } of this.#database.list<MinerRecord>({ prefix: ["miners"] })) {
      records.push(value);
    }
    return records;
  }

  async put(miner: MinerRecord): Promise<void> {
    await this.#database.set(["miners", miner.hotkey], miner);
  }

  async delete(hotkey: string): Promise<void> {
    await this.#database.delete(["miners", hotkey]);
  }
}
