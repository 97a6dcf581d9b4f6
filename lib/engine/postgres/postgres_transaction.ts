import type { Durability } from "../../protocol/mod.ts";
import type { KeepOptions, Key, Transaction } from "../store.ts";
import { Batch } from "./batch.ts";
import { textOf } from "./keys.ts";
import { readDurability } from "./durability.ts";
import type { Answer } from "./session.ts";
import { arrayOf, type Statements } from "./statements.ts";
import { decode, encode } from "./values.ts";

// As on Deno KV, so that what works on one engine works on the other.
const [maxWrites, maxChecks] = [1000, 100];

/** Runs a statement where the transaction reads. */
export type Run = (statement: string, ...parameters: string[]) => Promise<Answer>;

interface Stored {
  readonly value: unknown;
  readonly version: string;
}

/** A value that was read, and the version that it had; null: there was none. */
interface Check {
  readonly key: string;
  readonly version: string | null;
}

interface Write {
  /** As JSON; undefined: the key is deleted. */
  readonly json: string | undefined;
  readonly value: unknown;
  readonly expireIn: number | undefined;
}

interface Addition {
  readonly before: bigint;
  readonly entries: string[];
}

/** What a transaction comes to. */
export interface Settled {
  readonly reads: readonly Check[];
  readonly writes: readonly (Write & { readonly key: string })[];
  readonly additions: readonly (Addition & { readonly channel: string })[];
  /** Channels that are removed. */
  readonly forgotten: readonly string[];
}

/** What was read, and what is to be written in one transaction of the database. */
export class PostgresTransaction implements Transaction {
  readonly #statements: Statements;
  readonly #run: Run;
  readonly #stored: Batch<Stored>;
  readonly #heads: Batch<bigint>;
  readonly #reads = new Map<string, Promise<Stored | undefined>>();
  readonly #writes = new Map<string, Write>();
  readonly #additions = new Map<string, Promise<Addition>>();
  readonly #forgotten: string[] = [];
  #durability: Promise<Durability> | undefined;

  /** `settings` are those of the database, where they are being asked for already. */
  constructor(statements: Statements, run: Run, settings?: Promise<Answer>) {
    this.#durability = settings?.then(readDurability);
    this.#durability?.catch(() => {});
    this.#statements = statements;
    this.#run = run;
    this.#stored = new Batch(async (keys) => {
      const { rows } = await run(statements.read, arrayOf(keys));
      return new Map(rows.map(({ key, value, version }) => [
        String(key),
        { value: decode(String(value)), version: String(version) },
      ]));
    });
    this.#heads = new Batch(async (channels) => {
      const { rows } = await run(statements.heads, arrayOf(channels));
      return new Map(rows.map(({ channel, offset }) => [String(channel), BigInt(String(offset))]));
    });
  }

  async get<T>(key: Key): Promise<T | null> {
    const text = textOf(key);
    const written = this.#writes.get(text);
    if (written !== undefined) return written.json === undefined ? null : written.value as T;
    let read = this.#reads.get(text);
    if (read === undefined) this.#reads.set(text, read = this.#stored.get(text));
    const stored = await read;
    return stored === undefined ? null : stored.value as T;
  }

  async getMany<T>(keys: readonly Key[]): Promise<(T | null)[]> {
    return await Promise.all(keys.map((key) => this.get<T>(key)));
  }

  set(key: Key, value: unknown, { expireIn }: KeepOptions = {}): void {
    if (value === undefined) throw new TypeError(`Cannot keep undefined under ${key.join("/")}`);
    this.#writes.set(textOf(key), { json: encode(value), value, expireIn });
  }

  delete(key: Key): void {
    this.#writes.set(textOf(key), { json: undefined, value: undefined, expireIn: undefined });
  }

  async append(channel: string, data: unknown): Promise<number> {
    let adding = this.#additions.get(channel);
    if (adding === undefined) {
      adding = this.#heads.get(channel).then((before = 0n) => ({ before, entries: [] }));
      this.#additions.set(channel, adding);
    }
    const { before, entries } = await adding;
    entries.push(encode(data));
    return Number(before) + entries.length;
  }

  async offset(channel: string): Promise<number> {
    return Number(await this.#heads.get(channel) ?? 0n);
  }

  async durability(): Promise<Durability> {
    return await (this.#durability ??= this.#run(this.#statements.durability).then(readDurability));
  }

  forget(channel: string): void {
    this.#forgotten.push(channel);
  }

  /** What is to be sent, once all of it is known. `isLocked` tells whether a lock keeps others out. */
  async settle(isLocked: boolean): Promise<Settled> {
    const writes = [...this.#writes];
    if (writes.length > maxWrites) {
      throw new RangeError(`Cannot commit: ${writes.length} values are written, at most ${maxWrites}`);
    }
    if (!isLocked && this.#reads.size > maxChecks) {
      throw new RangeError(
        `Cannot commit: ${this.#reads.size} values were read without a lock, at most ${maxChecks}`,
      );
    }
    return {
      reads: await Promise.all(
        [...this.#reads].map(async ([key, read]) => ({ key, version: (await read)?.version ?? null })),
      ),
      writes: writes.map(([key, write]) => ({ key, ...write })),
      forgotten: this.#forgotten,
      additions: await Promise.all(
        [...this.#additions].map(async ([channel, adding]) => ({ channel, ...await adding })),
      ),
    };
  }
}
