/** A server that uses this store. */
export interface InstanceRecord {
  readonly id: string;
  /** Where Socket.IO clients reach it; null where it does not know. */
  readonly url: string | null;
  readonly region: string;
  readonly activeJobs: number;
  /** When it last said so, in milliseconds since the Unix epoch. */
  readonly heardAt: number;
}

const mostListed = 1000;

/** The servers that share a store, as far as they have said so lately. */
export class InstanceRepository {
  readonly #database: Deno.Kv;

  constructor(database: Deno.Kv) {
    this.#database = database;
  }

  /** Keeps a record, for about `lifetime` milliseconds. */
  async put(record: InstanceRecord, lifetime: number): Promise<void> {
    await this.#database.set(["instances", record.id], record, { expireIn: lifetime });
  }

  async list(): Promise<InstanceRecord[]> {
    const records: InstanceRecord[] = [];
    const selector = { prefix: ["instances"] };
    for await (const { value } of this.#database.list<InstanceRecord>(selector, { limit: mostListed })) {
      records.push(value);
    }
    return records;
  }

  async delete(id: string): Promise<void> {
    await this.#database.delete(["instances", id]);
  }
}
