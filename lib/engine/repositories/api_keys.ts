import { changeRecord, type NumberedChange } from "../shared_records.ts";
import type { Store } from "../store.ts";

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

/** What is remembered of a key that was revoked. Times are in milliseconds since the Unix epoch. */
interface RevokedKeyRecord extends Pick<ApiKeyRecord, "id" | "name" | "createdAt"> {
  readonly revokedAt: number;
}

/** Milliseconds for which it is, and how many are told of. */
const [keptFor, mostRevoked] = [90 * 86_400_000, 1000];

/** The channel of the log with every key that is made, changed or deleted. */
export const apiKeysChannel = "api_keys";

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

  /** Writes what `change` makes of it, null of one that is to be deleted, whoever else writes at the same time. Answers the change. */
  async change(
    id: string,
    change: (known: ApiKeyRecord | null) => ApiKeyRecord | null,
  ): Promise<NumberedChange<ApiKeyRecord>> {
    return await changeRecord(this.#store, apiKeysChannel, id, change);
  }

  /** Removes what was of use to a deleted key alone: for whom its jobs were, and what its requests were called. */
  async forget(id: string): Promise<void> {
    for (const index of ["holder_jobs", "job_requests"]) await this.#store.deleteAll([index, id]);
    await this.#store.delete(["key_usage", id]);
    await this.#store.delete(["key_uses", id]);
  }

  /** Remembers that a key was revoked. */
  async putRevoked(record: RevokedKeyRecord): Promise<void> {
    const { id, revokedAt } = record;
    await this.#store.set(["revoked_api_keys", revokedAt, id], record, { expireIn: keptFor });
  }

  /** The keys that were revoked lately, the newest first. */
  async revoked(): Promise<RevokedKeyRecord[]> {
    const records: RevokedKeyRecord[] = [];
    const range = { prefix: ["revoked_api_keys"], limit: mostRevoked, reverse: true } as const;
    for await (const { value } of this.#store.list<RevokedKeyRecord>(range)) records.push(value);
    return records;
  }

  /** Writes when a key was used, in milliseconds since the Unix epoch. */
  async putUse(id: string, at: number): Promise<void> {
    await this.#store.set(["key_uses", id], at);
  }

  /** When each key was used that ever was. */
  async uses(): Promise<Map<string, number>> {
    const times = new Map<string, number>();
    for await (const { key, value } of this.#store.list<number>({ prefix: ["key_uses"] })) {
      times.set(String(key[1]), value);
    }
    return times;
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
}
