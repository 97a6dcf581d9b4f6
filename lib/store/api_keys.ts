/** An API key as it is stored: never the key itself. */
export interface ApiKeyRecord {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the key, in hex. */
  readonly hash: string;
  /** When it was made, in milliseconds since the Unix epoch. */
  readonly createdAt: number;
}

/** The API keys that are in force. */
export class ApiKeyRepository {
  readonly #database: Deno.Kv;

  constructor(database: Deno.Kv) {
    this.#database = database;
  }

  async list(): Promise<ApiKeyRecord[]> {
    const records: ApiKeyRecord[] = [];
    for await (const { value } of this.#database.list<ApiKeyRecord>({ prefix: ["api_keys"] })) {
      records.push(value);
    }
    return records;
  }

  async put(record: ApiKeyRecord): Promise<void> {
    await this.#database.set(["api_keys", record.id], record);
  }

  async delete(id: string): Promise<void> {
    await this.#database.delete(["api_keys", id]);
  }
}
