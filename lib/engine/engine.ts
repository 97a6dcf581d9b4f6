import { type Clock, systemClock } from "../protocol/mod.ts";
import { KvEngine } from "./kv/kv_engine.ts";
import type { HistoryLimits, Log } from "./log.ts";
import { cannotOpen } from "./open_error.ts";
import { PredictionRepository } from "./repositories/predictions.ts";
import type { Store } from "./store.ts";

/** A store with its log. */
export interface Engine extends Store, Disposable {
  readonly log: Log;
  /** Why nothing is kept any more, in words that name the store; undefined while all is well. Looks anew each time. */
  fault(): string | undefined;
  /** The next opening begins another epoch of the log: what it numbers may have been numbered before. */
  endEpoch(): Promise<void>;
  close(): void;
}

/** How an engine is opened. */
export interface EngineOptions {
  readonly clock?: Clock;
  /** How much of the log is kept. */
  readonly history?: HistoryLimits;
}

const defaultHistory: HistoryLimits = { size: 1000, ttl: 3_600_000 };

/**
 * Opens the store and brings its layout up to date.
 *
 * @param location a file's path, `:memory:`, or a KV Connect URL
 * @throws {Error} when it cannot be opened, is damaged, or was written by a newer version
 */
export async function openEngine(
  location: string,
  { clock = systemClock, history = defaultHistory }: EngineOptions = {},
): Promise<Engine> {
  const engine = await KvEngine.open(location, { clock, history });
  try {
    await new PredictionRepository(engine).assertSound();
    return engine;
  } catch (error) {
    engine.close();
    throw cannotOpen(location, error);
  }
}
