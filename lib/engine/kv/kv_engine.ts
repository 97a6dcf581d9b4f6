import { type Clock, type Durability, systemClock } from "../../protocol/mod.ts";
import { Attempts, overtaken } from "../attempts.ts";
import type { Engine, KeptChannel } from "../engine.ts";
import type { HistoryLimits } from "../log.ts";
import type { Entry, KeepOptions, Key, Range, Transaction, TransactOptions } from "../store.ts";
import { openKv } from "./open_kv.ts";
import { KvTransaction, type LockState, readMany } from "./kv_transaction.ts";
import { type ChannelHead, headKey, type Row, rowKey } from "./log_rows.ts";
import { epochKey, KvLog } from "./kv_log.ts";
import { Feed } from "./feed.ts";
import { marksKey } from "./feed_marks.ts";
import { isPieces, readPieces, sweepPieces } from "./pieces.ts";
import { StoreGuard } from "./store_guard.ts";

/** Values that are read ahead while a list is gone through. */
const readAhead = 50;

/** Deno KV, in a file or in memory. */
export class KvEngine implements Engine {
  readonly log: KvLog;
  readonly #kv: Deno.Kv;
  readonly #guard: StoreGuard;
  readonly #feed: Feed | undefined;
  readonly #clock: Clock;
  readonly #history: HistoryLimits;
  readonly #durability: Durability;
  readonly #locks = new Map<string, LockState>();
  readonly #attempts = new Attempts();

  private constructor(options: {
    kv: Deno.Kv;
    guard: StoreGuard;
    log: KvLog;
    feed: Feed | undefined;
    clock: Clock;
    history: HistoryLimits;
    durability: Durability;
  }) {
    this.#kv = options.kv;
    this.#guard = options.guard;
    this.log = options.log;
    this.#feed = options.feed;
    this.#clock = options.clock;
    this.#history = options.history;
    this.#durability = options.durability;
  }

  /** Opens it as `openEngine` does; `machine` is the clock by which those who share it wait for each other. */
  static async open(
    location: string,
    { clock, history, machine = systemClock }: { clock: Clock; history: HistoryLimits; machine?: Clock },
  ): Promise<KvEngine> {
    const guard = new StoreGuard(location);
    const kv = await openKv(location, guard);
    try {
      await sweepPieces(kv);
      const feed = location === ":memory:"
        ? undefined
        : new Feed({ kv, version: () => guard.version, clock: machine });
      const log = await KvLog.open(kv, { clock, history, feed });
      return new KvEngine({ kv, guard, log, feed, clock, history, durability: kvDurability(location) });
    } catch (error) {
      kv.close();
      throw error;
    }
  }

  fault(): string | undefined {
    return this.#guard.isSound ? undefined : this.#guard.fault;
  }

  durability(): Promise<Durability> {
    return Promise.resolve(this.#durability);
  }

  async endEpoch(): Promise<void> {
    await this.#kv.delete([...epochKey]);
  }

  async get<T>(key: Key): Promise<T | null> {
    for (;;) {
      const { value, versionstamp } = await this.#kv.get([...key]);
      if (!isPieces(value)) return value as T | null;
      const read = await this.#read<T>(value);
      // Its pieces are gone where it was replaced meanwhile.
      if (read !== null || versionstamp === (await this.#kv.get([...key])).versionstamp) return read;
    }
  }

  async getMany<T>(keys: readonly Key[]): Promise<(T | null)[]> {
    const entries = await readMany(this.#kv, keys);
    return await Promise.all(entries.map(({ value }) => this.#read<T>(value)));
  }

  async *list<T>(range: Range): AsyncIterableIterator<Entry<T>> {
    const { limit, reverse = false } = range;
    const batchSize = Math.min(limit ?? readAhead, readAhead);
    const options = { reverse, batchSize, ...(limit === undefined ? {} : { limit }) };
    if (limit === 0) return;
    for await (const { key, value } of this.#kv.list(selectorOf(range), options)) {
      const read = await this.#read<T>(value);
      if (read !== null) yield { key: key as unknown as Key, value: read };
    }
  }

  async transact<T>(
    work: (transaction: Transaction) => Promise<T>,
    { lock }: TransactOptions = {},
  ): Promise<T> {
    return await this.#guarded(() => this.#attempts.make(() => this.#attempt(work, lock), lock));
  }

  now(): Promise<number> {
    return Promise.resolve(this.#clock.now());
  }

  async set(key: Key, value: unknown, options?: KeepOptions): Promise<void> {
    await this.transact((transaction) => Promise.resolve(transaction.set(key, value, options)));
  }

  async delete(key: Key): Promise<void> {
    await this.transact((transaction) => Promise.resolve(transaction.delete(key)));
  }

  async deleteAll(prefix: Key): Promise<void> {
    let commit = this.#kv.atomic();
    let deletions = 0;
    for await (const { key } of this.#kv.list({ prefix: [...prefix] }, { batchSize: readAhead })) {
      commit.delete(key);
      deletions += 1;
      if (deletions % maxDeletions > 0) continue;
      await commit.commit();
      commit = this.#kv.atomic();
    }
    if (deletions % maxDeletions > 0) await commit.commit();
  }

  tableBytes(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async *everything(): AsyncIterableIterator<Entry<unknown>> {
    for await (const entry of this.list({ prefix: [] })) if (!own.has(entry.key[0])) yield entry;
  }

  async *channels(): AsyncIterableIterator<KeptChannel> {
    for await (const { key, value: { offset, at } } of this.list<ChannelHead>({ prefix: ["log_heads"] })) {
      const channel = String(key[1]);
      yield { channel, head: { offset, at }, entries: await this.log.kept(channel) };
    }
  }

  async adopt(epoch: string, channels: AsyncIterable<KeptChannel>): Promise<void> {
    const options = { expireIn: this.#history.ttl };
    for await (const { channel, head, entries } of channels) {
      for (let start = 0; start < entries.length; start += adoptedAtOnce) {
        await this.transact((transaction) => {
          for (const { offset, at, data } of entries.slice(start, start + adoptedAtOnce)) {
            transaction.set(rowKey(channel, offset), { at, entries: [data] } satisfies Row, options);
          }
          return Promise.resolve();
        });
      }
      const first = entries[0]?.offset ?? head.offset + 1;
      await this.set(headKey(channel), { ...head, first } satisfies ChannelHead);
    }
    await this.#kv.set([...epochKey], epoch);
  }

  close(): void {
    this.log.close();
    this.#kv.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Reads fail in their own words where the store is not the one that was opened any more: it says so in its words. */
  async #guarded<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      this.#guard.check();
      throw error;
    }
  }

  async #attempt<T>(
    work: (transaction: Transaction) => Promise<T>,
    lock: string | undefined,
  ): Promise<T | typeof overtaken> {
    const transaction = new KvTransaction({
      kv: this.#kv,
      lock: lock === undefined ? undefined : await this.#take(lock),
      history: this.#history,
      feed: this.#feed,
      now: this.#clock.now(),
      durability: this.#durability,
    });
    const result = await work(transaction);
    return await transaction.commit() ? result : overtaken;
  }

  async #take(lock: string): Promise<{ key: Key; state: LockState }> {
    const key: Key = ["locks", lock];
    let state = this.#locks.get(lock);
    if (state === undefined) this.#locks.set(lock, state = { versionstamp: undefined, known: new Map() });
    if (state.versionstamp === undefined) {
      // Whoever has taken the lock meanwhile may have begun to follow as well.
      const [taken, marks] = await this.#kv.getMany<unknown[]>([[...key], marksKey]);
      if (taken !== undefined) state.versionstamp = taken.versionstamp;
      if (marks !== undefined) this.#feed?.marks.learn(marks);
    }
    return { key, state };
  }

  async #read<T>(value: unknown): Promise<T | null> {
    return isPieces(value) ? await readPieces<T>(this.#kv, value) : value as T | null;
  }
}

/** What something survives that is kept there. */
export function kvDurability(location: string): Durability {
  return location === ":memory:" ? "memory" : "disk";
}

/** Collections that are the engine's own. */
const own: ReadonlySet<string> = new Set([
  "schema_version",
  "locks",
  "pieces",
  "piece_owners",
  "log",
  "log_heads",
  "log_feed",
  "log_epoch",
]);
const [maxDeletions, adoptedAtOnce] = [500, 100];

function selectorOf({ prefix, from, to }: Range): Deno.KvListSelector {
  const [start, end] = [from && [...prefix, ...from], to && [...prefix, ...to]];
  if (start !== undefined && end !== undefined) return { start, end };
  return { prefix: [...prefix], ...(start && { start }), ...(end && { end }) };
}
