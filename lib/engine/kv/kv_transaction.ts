import type { Durability } from "../../protocol/mod.ts";
import type { HistoryLimits } from "../log.ts";
import type { KeepOptions, Key, Transaction } from "../store.ts";
import type { Advance, Feed } from "./feed.ts";
import { type ChannelHead, headKey, noHead, prunable, rowKey, rowsOf } from "./log_rows.ts";
import { isPieces, type Pieces, readPieces, removePieces, writePieces } from "./pieces.ts";
import { sizeOf } from "./size_of.ts";

// What Deno KV takes in one commit, without what comes with each: the lock, what the feed is told, and who follows that.
const [maxWrites, maxChecks, maxCommitSize, maxValueSize] = [998, 99, 700 * 1024, 60_000];
const keysPerRead = 10;
/** Rows of the log that one commit removes at most: more than come in, so that what is kept shrinks to its limit. */
const maxForgotten = 200;

interface Write {
  readonly key: Key;
  /** Undefined: the key is deleted. */
  readonly value: unknown;
  readonly options: KeepOptions;
}

/** What a transaction adds to a channel. */
interface Addition {
  readonly head: ChannelHead;
  readonly data: unknown[];
}

/** Keys that are read together, and what is found under them. */
interface Gathering {
  readonly keys: Key[];
  readonly entries: Promise<Deno.KvEntryMaybe<unknown>[]>;
}

/** A lock as this process last knew it. */
export interface LockState {
  /** Null before anybody had it; undefined while it is not known. */
  versionstamp: string | null | undefined;
  /** What was read and written under it, as long as nobody else has had it. */
  readonly known: Map<string, unknown>;
}

/** What was read, what is to be written, and the commit that does it if nothing of that has changed. */
export class KvTransaction implements Transaction {
  readonly #kv: Deno.Kv;
  readonly #lock: { readonly key: Key; readonly state: LockState } | undefined;
  readonly #history: HistoryLimits;
  readonly #feed: Feed | undefined;
  readonly #now: number;
  readonly #durability: Durability;
  readonly #reads = new Map<string, Deno.KvEntryMaybe<unknown>>();
  readonly #writes = new Map<string, Write>();
  /** What large values take the place of. */
  readonly #replaced: Pieces[] = [];
  readonly #additions = new Map<string, Promise<Addition>>();
  /** What this turn asks for. */
  #gathering: Gathering | undefined;

  constructor(options: {
    kv: Deno.Kv;
    lock: { readonly key: Key; readonly state: LockState } | undefined;
    history: HistoryLimits;
    /** Where those who share the store learn what is appended. */
    feed: Feed | undefined;
    now: number;
    durability: Durability;
  }) {
    this.#kv = options.kv;
    this.#lock = options.lock;
    this.#history = options.history;
    this.#feed = options.feed;
    this.#now = options.now;
    this.#durability = options.durability;
  }

  async get<T>(key: Key): Promise<T | null> {
    const [value = null] = await this.getMany<T>([key]);
    return value;
  }

  async getMany<T>(keys: readonly Key[]): Promise<(T | null)[]> {
    const names = keys.map(nameOf);
    const isUnknown = names.map((name) => !this.#isKnown(name));
    const unknown = keys.filter((_, index) => isUnknown[index]);
    const entries = unknown.length === 0 ? [] : await this.#read(unknown);
    names.filter((_, index) => isUnknown[index]).forEach((name, index) => {
      const entry = entries[index];
      if (entry !== undefined) this.#reads.set(name, entry);
    });
    return await Promise.all(names.map((name) => this.#known<T>(name)));
  }

  set(key: Key, value: unknown, options: KeepOptions = {}): void {
    if (value === undefined) throw new TypeError(`Cannot keep undefined under ${key.join("/")}`);
    this.#writes.set(nameOf(key), { key, value, options });
  }

  delete(key: Key): void {
    const name = nameOf(key);
    const before = this.#reads.get(name)?.value;
    if (isPieces(before)) this.#replaced.push(before);
    this.#writes.set(name, { key, value: undefined, options: {} });
  }

  async append(channel: string, data: unknown): Promise<number> {
    const adding = this.#additions.get(channel) ??
      this.get<ChannelHead>(headKey(channel)).then((head) => ({ head: head ?? noHead, data: [] }));
    this.#additions.set(channel, adding);
    const addition = await adding;
    addition.data.push(data);
    return addition.head.offset + addition.data.length;
  }

  async offset(channel: string): Promise<number> {
    // What is known of it need not have been written under the lock.
    const [head] = await this.#read([headKey(channel)]);
    return (head?.value as ChannelHead | null | undefined)?.offset ?? 0;
  }

  durability(): Promise<Durability> {
    return Promise.resolve(this.#durability);
  }

  forget(channel: string): void {
    // Its rows go by themselves, and nobody finds them without a head.
    this.delete(headKey(channel));
  }

  /** False when something that was read has changed since. */
  async commit(): Promise<boolean> {
    const commit = this.#kv.atomic();
    const advances = await this.#addRows();
    if (this.#writes.size === 0 && this.#lock === undefined) return true;
    this.#check(commit);
    for (const { key, value, options } of await this.#fitting()) {
      if (value === undefined) commit.delete(key);
      else commit.set(key, value, options);
    }
    if (advances.length > 0) await this.#feed?.add(commit, advances);
    const result = await this.#tryCommit(commit);
    if (!result.ok) {
      this.#forgetLock();
      this.#feed?.marks.doubt();
    } else if (this.#lock !== undefined && this.#writes.size > 0) {
      this.#learn(this.#lock.state, result.versionstamp);
    }
    if (result.ok) { for (const pieces of this.#replaced) await removePieces(this.#kv, pieces); }
    return result.ok;
  }

  /** Whatever is asked for in the same turn is read together: each read wakes another thread, and is answered by it. */
  async #read(keys: readonly Key[]): Promise<Deno.KvEntryMaybe<unknown>[]> {
    const gathering = this.#gathering ??= this.#gather();
    const end = gathering.keys.push(...keys);
    return (await gathering.entries).slice(end - keys.length, end);
  }

  #gather(): Gathering {
    const keys: Key[] = [];
    const entries = Promise.resolve().then(() => {
      this.#gathering = undefined;
      return readMany(this.#kv, keys);
    });
    return { keys, entries };
  }

  #isKnown(name: string): boolean {
    return this.#writes.has(name) || this.#reads.has(name) || this.#lock?.state.known.has(name) === true;
  }

  async #known<T>(name: string): Promise<T | null> {
    const written = this.#writes.get(name);
    if (written !== undefined) return written.value === undefined ? null : written.value as T;
    const read = this.#reads.get(name);
    const value = read === undefined ? this.#lock?.state.known.get(name) : read.value;
    return isPieces(value) ? await readPieces<T>(this.#kv, value) : value as T | null;
  }

  async #addRows(): Promise<Advance[]> {
    const { size, ttl } = this.#history;
    const advances: Advance[] = [];
    let mayForget = maxForgotten;
    for (const [channel, adding] of this.#additions) {
      const { head, data } = await adding;
      const offset = head.offset + data.length;
      for (const { last, row } of rowsOf(data, head.offset, this.#now)) {
        this.set(rowKey(channel, last), row, { expireIn: ttl });
      }
      const old = await prunable(
        this.#kv,
        channel,
        head.first,
        Math.min(offset - size, head.offset),
        mayForget,
      );
      for (const { key, value } of old.rows) {
        this.delete(key);
        if (isPieces(value)) this.#replaced.push(value);
      }
      mayForget -= old.rows.length;
      this.set(headKey(channel), { offset, at: this.#now, first: old.first } satisfies ChannelHead);
      advances.push({ channel, first: head.offset + 1, last: offset });
    }
    return advances;
  }

  #check(commit: Deno.AtomicOperation): void {
    if (this.#lock !== undefined) {
      const { key, state: { versionstamp = null } } = this.#lock;
      commit.check({ key, versionstamp });
      if (this.#writes.size > 0) commit.set(key, true);
      return;
    }
    if (this.#reads.size > maxChecks) {
      throw new RangeError(
        `Cannot commit: ${this.#reads.size} values were read without a lock, at most ${maxChecks}`,
      );
    }
    commit.check(...this.#reads.values());
  }

  /** The writes, of which those are in pieces that are too large, by themselves or taken together. */
  async #fitting(): Promise<Write[]> {
    const writes = [...this.#writes.values()];
    if (writes.length > maxWrites) {
      throw new RangeError(`Cannot commit: ${writes.length} values are written, at most ${maxWrites}`);
    }
    const sizes = writes.map(({ value }) => value === undefined ? 0 : sizeOf(value));
    let left = sizes.reduce((sum, size) => sum + size, 0);
    if (left <= maxCommitSize && sizes.every((size) => size <= maxValueSize)) return writes;
    const largestFirst = sizes.map((_, index) => index).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
    for (const index of largestFirst) {
      const [write, size = 0] = [writes[index], sizes[index]];
      if (write === undefined || (size <= maxValueSize && left <= maxCommitSize)) break;
      const { value: before } = await this.#kv.get([...write.key]);
      if (isPieces(before)) this.#replaced.push(before);
      const pieces = await writePieces(this.#kv, write.key, write.value, write.options);
      writes[index] = { ...write, value: pieces };
      left -= size;
    }
    return writes;
  }

  async #tryCommit(commit: Deno.AtomicOperation): Promise<Deno.KvCommitResult | Deno.KvCommitError> {
    try {
      return await commit.commit();
    } catch (error) {
      // Nobody knows what has become of it.
      this.#forgetLock();
      throw error;
    }
  }

  #learn(state: LockState, versionstamp: string): void {
    state.versionstamp = versionstamp;
    for (const [name, { value, options }] of this.#writes) {
      // What is written without having been read is not asked for again soon.
      if (options.expireIn !== undefined || !(this.#reads.has(name) || state.known.has(name))) continue;
      state.known.delete(name);
      state.known.set(name, value ?? null);
    }
    for (const name of state.known.keys()) {
      if (state.known.size <= mostKnown) break;
      state.known.delete(name);
    }
  }

  #forgetLock(): void {
    if (this.#lock === undefined) return;
    this.#lock.state.known.clear();
    this.#lock.state.versionstamp = undefined;
  }
}

/** What is found under any number of keys, in their order. */
export async function readMany(kv: Deno.Kv, keys: readonly Key[]): Promise<Deno.KvEntryMaybe<unknown>[]> {
  const reads: Promise<Deno.KvEntryMaybe<unknown>[]>[] = [];
  for (let start = 0; start < keys.length; start += keysPerRead) {
    reads.push(kv.getMany<unknown[]>(keys.slice(start, start + keysPerRead)));
  }
  return (await Promise.all(reads)).flat();
}

/** Values that are remembered for each lock. */
const mostKnown = 10_000;

/** No two keys have the same name. */
function nameOf(key: Key): string {
  let name = "";
  for (const part of key) name += typeof part === "string" ? `${part.length}:${part}` : `#${part} `;
  return name;
}
