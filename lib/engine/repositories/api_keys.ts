import type { Store, Transaction } from "../store.ts";

/** An API key as it is stored: never the key itself. */
export interface ApiKeyRecord {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the key, in hex. */
  readonly hash: string;
  /** Those of earlier keys of the same owner that are in force still, newest first. */
  readonly earlier?: readonly string[];
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

const versionKey = ["api_keys_version"] as const;

/** The API keys that are in force. */
export class ApiKeyRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async list(): Promise<ApiKeyRecord[]> {
    const records: ApiKeyRecord[] = [];
    for await (const { value } of this.#store.list<ApiKeyRecord>({ prefix: ["api_keys"] })) {
      records.push(value);
    }
    return records;
  }

  async put(record: ApiKeyRecord): Promise<void> {
    await this.#change((transaction) => transaction.set(["api_keys", record.id], record));
  }

  /** Writes what `change` makes of it, whoever else writes at the same time. */
  async update(id: string, change: (record: ApiKeyRecord | null) => ApiKeyRecord): Promise<ApiKeyRecord> {
    return await this.#change(async (transaction) => {
      const record = change(await transaction.get<ApiKeyRecord>(["api_keys", id]));
      transaction.set(["api_keys", id], record);
      return record;
    });
  }

  async delete(id: string): Promise<void> {
    await this.#change((transaction) => transaction.delete(["api_keys", id]));
  }

  /** Removes what was of use to a deleted key alone: for whom its jobs were, and what its requests were called. */
  async forget(id: string): Promise<void> {
    for (const index of ["holder_jobs", "job_requests"]) await this.#store.deleteAll([index, id]);
    await this.#store.delete(["key_usage", id]);
  }

  /** What a key has used on the last day on which it used something; null before the first. */
  async usage(id: string): Promise<KeyUsage | null> {
    return await this.#store.get<KeyUsage>(["key_usage", id]);
  }

  /** Writes what `change` makes of it, whoever else writes at the same time; what `change` throws changes nothing. */
  async updateUsage(id: string, change: (usage: KeyUsage | null) => KeyUsage): Promise<void> {
    await this.#store.transact(async (transaction) => {
      transaction.set(["key_usage", id], change(await transaction.get<KeyUsage>(["key_usage", id])));
    });
  }

  /** Another one after each change; null before the first. */
  async version(): Promise<string | null> {
    return await this.#store.get<string>(versionKey);
  }

  async #change<T>(write: (transaction: Transaction) => T | Promise<T>): Promise<T> {
    return await this.#store.transact(async (transaction) => {
      transaction.set(versionKey, crypto.randomUUID());
      return await write(transaction);
    });
  }
}
