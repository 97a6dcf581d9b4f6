import type { Durability } from "../protocol/mod.ts";

/** Names a value: its collection, then what tells it from the others in there. */
export type Key = readonly [collection: string, ...rest: readonly (string | number)[]];

/**
 * What can be kept: plain data of any size, in which numbers, strings, booleans, null, bigints, bytes, arrays and objects
 * come back as they were.
 */
export interface Entry<T> {
  readonly key: Key;
  readonly value: T;
}

/** What follows a prefix in a key: something does. */
type Rest = readonly [string | number, ...(string | number)[]];

/** Which values are listed, in the order of their keys: strings by their UTF-8, numbers by their size. */
export interface Range {
  /** What their keys begin with. */
  readonly prefix: Key | readonly [];
  /** What follows the prefix in the first key. */
  readonly from?: Rest;
  /** What follows the prefix in the first key that is not listed any more. */
  readonly to?: Rest;
  /** How many at most. */
  readonly limit?: number;
  /** From the last to the first. */
  readonly reverse?: boolean;
}

/** How a value is kept. */
export interface KeepOptions {
  /** Milliseconds after which it goes by itself, about then. */
  readonly expireIn?: number;
}

/** Reads what is kept. */
export interface Reader {
  /** The value; null where there is none. */
  get<T>(key: Key): Promise<T | null>;
  /** The values in the order asked for; null where there is none. */
  getMany<T>(keys: readonly Key[]): Promise<(T | null)[]>;
}

/** Reads and writes that belong together. What it writes is read back by itself at once, and by others once all of it is kept. */
export interface Transaction extends Reader {
  set(key: Key, value: unknown, options?: KeepOptions): void;
  delete(key: Key): void;
  /** Adds an entry to a channel of the log, and answers its offset. */
  append(channel: string, data: unknown): Promise<number>;
  /** The newest offset of a channel of the log, to which this transaction appends nothing, as it is now; 0 before the first. */
  offset(channel: string): Promise<number>;
  /** What its writes will survive, once it is committed. */
  durability(): Promise<Durability>;
  /** Removes a channel of the log, to which nothing will be appended any more. */
  forget(channel: string): void;
}

/** How a transaction is run. */
export interface TransactOptions {
  /**
   * One at a time of those that name the same lock, on all servers of the store. What is read under a lock must be written
   * under it alone.
   */
  readonly lock?: string;
}

/**
 * What the gateway keeps. Whatever a promise of a write resolves to is told only once it is kept for good, in the store
 * that was opened.
 */
export interface Store extends Reader {
  /**
   * Milliseconds since the Unix epoch by the clock that all servers of the store share: that of the database, where there is
   * one, since those of the servers may be off.
   */
  now(): Promise<number>;
  list<T>(range: Range): AsyncIterableIterator<Entry<T>>;
  /**
   * Does all of `work`'s writes, or none. Where something that it read was changed meanwhile, `work` runs again from the
   * start; it must do nothing that cannot be repeated.
   *
   * @throws {RangeError} when it writes more than the engine takes at once, or reads more without a lock: each takes 998 values
   * that are written, and 99 that are read
   */
  transact<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactOptions): Promise<T>;
  set(key: Key, value: unknown, options?: KeepOptions): Promise<void>;
  delete(key: Key): Promise<void>;
  /** Deletes everything whose key begins like this, a part after the other. */
  deleteAll(prefix: Key): Promise<void>;
}
