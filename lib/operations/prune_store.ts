import {
  type JobRecord,
  JobRepository,
  openEngine,
  PredictionRepository,
  type Store,
} from "../engine/mod.ts";
import { assertStoreIsThere } from "./store_missing.ts";

/** What one transaction removes of a kind: others wait for it. */
const atOnce = 50;

/** How something is pruned. */
interface PruneOptions {
  /** Ends it early. */
  readonly signal?: AbortSignal;
  /** Is told how many were pruned so far. */
  readonly progress?: (pruned: number) => void;
}

/**
 * Removes what is older than a time, in milliseconds since the Unix epoch, in small transactions, beside what servers do.
 * Answers how many.
 */
type Prune = (store: Store, before: number, options?: PruneOptions) => Promise<number>;

/** Predictions that were accepted before, with their receipts. */
const prunePredictions: Prune = async (store, before, { signal, progress = () => {} } = {}) => {
  const predictions = new PredictionRepository(store);
  let all = 0;
  while (signal?.aborted !== true) {
    const pruned = await predictions.prune(before, atOnce);
    all += pruned;
    progress(all);
    if (pruned < atOnce) break;
  }
  return all;
};

/** Jobs that ended before. */
const pruneJobs: Prune = async (store, before, { signal, progress = () => {} } = {}) => {
  const jobs = new JobRepository(store);
  let all = 0;
  let ended: JobRecord[] = [];
  const forget = async () => {
    await jobs.forget(ended);
    all += ended.length;
    ended = [];
    progress(all);
  };
  for await (const job of jobs.endedBefore(before)) {
    if (signal?.aborted === true) break;
    if (ended.push(job) === atOnce) await forget();
  }
  await forget();
  return all;
};

/** What can be pruned. */
export const prunes = { predictions: prunePredictions, jobs: pruneJobs };

/** The name of something that can be pruned. */
export type Prunable = keyof typeof prunes;

/**
 * Prunes a store, in use or not. Answers how many were removed of each kind that is named.
 *
 * @throws {StoreMissing} where there is none
 */
export async function pruneStore(
  location: string,
  before: number,
  kinds: readonly Prunable[],
  progress: (kind: Prunable, pruned: number) => void = () => {},
): Promise<ReadonlyMap<Prunable, number>> {
  assertStoreIsThere(location);
  using engine = await openEngine(location);
  const pruned = new Map<Prunable, number>();
  for (const kind of kinds) {
    pruned.set(kind, await prunes[kind](engine, before, { progress: (count) => progress(kind, count) }));
  }
  return pruned;
}
