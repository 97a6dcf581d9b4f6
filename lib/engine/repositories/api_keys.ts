import { deleteBelow } from "../kv/limits.ts";

/** An API key as it is stored: never the key itself. */
export interface ApiKeyRecord {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the key, in hex. */
  readonly hash: string;
  /** When it was made, in milliseconds since the Unix epoch. */
  readonly createdAt: number;
}

/** What a key has used on one UTC day. */
export interface KeyUsage {
  readonly day: string;
  readonly jobs: number;
  /** Of the files that it handed in. */
  readonly bytes: number;
}

const versionKey = ["api_keys_version"];

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
    await this.#change().set(["api_keys", record.id], record).commit();
  }

  async delete(id: string): Promise<void> {
    await this.#change().delete(["api_keys", id]).commit();
  }

  /** Removes what was of use to a deleted key alone: for whom its jobs were, and what its requests were called. */
  async forget(id: string): Promise<void> {
    for (const index of ["holder_jobs", "job_requests"]) await deleteBelow(this.#database, [index, id]);
    await this.#database.delete(["key_usage", id]);
  }

  /** What a key has used on the last day on which it used something; null before the first. */
  async usage(id: string): Promise<KeyUsage | null> {
    return (await this.#database.get<KeyUsage>(["key_usage", id])).value;
  }

  /** Writes what `change` makes of it, whoever else writes at the same time; what `change` throws changes nothing. */
  async updateUsage(id: string, change: (usage: KeyUsage | null) => KeyUsage): Promise<void> {
    for (;;) {
      const entry = await this.#database.get<KeyUsage>(["key_usage", id]);
      const changed = this.#database.atomic().check(entry).set(entry.key, change(entry.value));
      if ((await changed.commit()).ok) return;
    }
  }

  /** Another one after each change; null before the first. */
  async version(): Promise<string | null> {
    return (await this.#database.get(versionKey)).versionstamp;
  }

  #change(): Deno.AtomicOperation {
    return this.#database.atomic().set(versionKey, true);
  }
}
