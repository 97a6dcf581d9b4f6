import { type Clock, type Durability, systemClock } from "../protocol/mod.ts";
import { isEnough } from "./durability.ts";
import { kvDurability, KvEngine } from "./kv/kv_engine.ts";
import type { HistoryLimits, Log, LogEntry, LogHead } from "./log.ts";
import { cannotOpen } from "./open_error.ts";
import { PredictionRepository } from "./repositories/predictions.ts";
import { isDatabase } from "./postgres/address.ts";
import type { DatabaseOptions } from "./postgres/postgres_engine.ts";
import type { DatabaseSettings } from "./postgres/settings.ts";
import type { Entry, Store } from "./store.ts";

/** A store with its log. */
export interface Engine extends Store, Disposable {
  readonly log: Log;
  /** Why nothing is kept any more, in words that name the store; undefined while all is well. Looks anew each time. */
  fault(): string | undefined;
  /** What something survives that is committed now. Rejects where a database cannot be asked. */
  durability(): Promise<Durability>;
  /** The next opening begins another epoch of the log: what it numbers may have been numbered before. */
  endEpoch(): Promise<void>;
  /** Bytes of a database's tables and indexes; undefined where it is none. Rejects where it cannot be asked. */
  tableBytes(): Promise<number | undefined>;
  /** All that is kept, but for the log, in the order of the keys. */
  everything(): AsyncIterableIterator<Entry<unknown>>;
  /** All channels of the log, with what is kept of them. */
  channels(): AsyncIterableIterator<KeptChannel>;
  /** Goes on with the log of another store, in one whose log is empty; its epoch holds from the next opening on. */
  adopt(epoch: string, channels: AsyncIterable<KeptChannel>): Promise<void>;
  close(): void;
}

/** A channel of the log, with its newest entries, oldest first. */
export interface KeptChannel {
  readonly channel: string;
  readonly head: LogHead;
  readonly entries: readonly LogEntry[];
}

/** How an engine is opened. */
export interface EngineOptions {
  readonly clock?: Clock;
  /** How much of the log is kept. */
  readonly history?: HistoryLimits;
  /** The least that what it keeps has to survive. */
  readonly durability?: Durability;
  /** Of a database alone. */
  readonly database?: DatabaseOptions;
}

const defaultHistory: HistoryLimits = { size: 1000, ttl: 3_600_000 };

/**
 * Opens the store and brings its layout up to date.
 *
 * @param location a file's path, `:memory:`, a KV Connect URL, or that of a database: `postgres://...`
 * @throws {Error} when it cannot be opened, is damaged, or was written by a newer version
 */
export async function openEngine(
  location: string,
  { clock = systemClock, history = defaultHistory, durability = "memory", database = {} }: EngineOptions = {},
): Promise<Engine> {
  const engine = await openStore(location, { clock, history, durability, database });
  try {
    await new PredictionRepository(engine).assertSound();
    return engine;
  } catch (error) {
    engine.close();
    throw cannotOpen(location, error);
  }
}

/**
 * Asks a database what decides how much a commit survives; needs no store in it.
 *
 * @throws {Error} when there is no way to it, in words without its password
 */
export async function readDatabaseSettings(location: string): Promise<DatabaseSettings> {
  const { readSettings } = await import("./postgres/settings.ts");
  return await readSettings(location);
}

async function openStore(location: string, options: Required<EngineOptions>): Promise<Engine> {
  if (!isDatabase(location)) {
    const [wanted, is] = [options.durability, kvDurability(location)];
    if (isEnough(is, wanted)) return await KvEngine.open(location, options);
    throw cannotOpen(
      location,
      new Error(`what it keeps is kept in ${is}, and ${wanted} is the least that is wanted`),
    );
  }
  try {
    // Most servers start without it.
    const { PostgresEngine } = await import("./postgres/postgres_engine.ts");
    return await PostgresEngine.open(location, options);
  } catch (error) {
    throw cannotOpen(location, error);
  }
}
