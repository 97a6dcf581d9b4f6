/** A miner as the operator registered it. */
export interface MinerRecord {
  readonly hotkey: string;
  readonly uid: number;
  readonly blacklisted: boolean;
}

const versionKey = ["miners_version"];

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

  /** Another one after every change, whichever server made it; null before the first. */
  async version(): Promise<string | null> {
    return (await this.#database.get<string>(versionKey)).value;
  }

  async put(miner: MinerRecord): Promise<void> {
    await this.#change().set(["miners", miner.hotkey], miner).commit();
  }

  async delete(hotkey: string): Promise<void> {
    await this.#change().delete(["miners", hotkey]).commit();
  }

  #change(): Deno.AtomicOperation {
    return this.#database.atomic().set(versionKey, crypto.randomUUID());
  }
}
