import type { Store } from "../store.ts";

/** What a server tells operators of itself. */
export interface ServerFigures {
  readonly version: string;
  /** In milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly connections: number;
  readonly isDraining: boolean;
  /** Milliseconds for which it has not known what others appended to the log. */
  readonly behind: number;
  /** The share of one processor core that it has used lately. */
  readonly load: number;
  /** Where its console is; null where it does not know, absent where an older version says it. */
  readonly console?: string | null;
}

/** A server that uses this store. */
export interface InstanceRecord {
  readonly id: string;
  /** Where Socket.IO clients reach it; null where it does not know. */
  readonly url: string | null;
  readonly region: string;
  readonly activeJobs: number;
  /** When it last said so, in milliseconds since the Unix epoch by the store's clock. */
  readonly heardAt: number;
  /** Absent where an older version says it. */
  readonly figures?: ServerFigures | undefined;
}

const mostListed = 1000;

/** The servers that share a store, as far as they have said so lately. */
export class InstanceRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Keeps a record, for about `lifetime` milliseconds. */
  async put(record: InstanceRecord, lifetime: number): Promise<void> {
    await this.#store.set(["instances", record.id], record, { expireIn: lifetime });
  }

  /** Milliseconds since the Unix epoch by the store's clock. */
  async now(): Promise<number> {
    return await this.#store.now();
  }

  async list(): Promise<InstanceRecord[]> {
    const records: InstanceRecord[] = [];
    const range = { prefix: ["instances"], limit: mostListed } as const;
    for await (const { value } of this.#store.list<InstanceRecord>(range)) records.push(value);
    return records;
  }

  async delete(id: string): Promise<void> {
    await this.#store.delete(["instances", id]);
  }
}
