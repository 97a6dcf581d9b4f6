import { openEngine, PredictionRepository, type Store } from "../engine/mod.ts";
import { assertStoreIsThere } from "./store_missing.ts";

/** Predictions that one transaction removes: others wait for it. */
const atOnce = 50;

/**
 * Removes what was accepted before a time, in milliseconds since the Unix epoch, in small transactions, beside what servers
 * do. Answers how many predictions.
 *
 * @param signal ends it early
 */
export async function prunePredictions(
  store: Store,
  before: number,
  { signal, progress = () => {} }: {
    readonly signal?: AbortSignal;
    readonly progress?: (pruned: number) => void;
  } = {},
): Promise<number> {
  const predictions = new PredictionRepository(store);
  let all = 0;
  while (signal?.aborted !== true) {
    const pruned = await predictions.prune(before, atOnce);
    all += pruned;
    progress(all);
    if (pruned < atOnce) break;
  }
  return all;
}

/**
 * Prunes a store, in use or not.
 *
 * @throws {StoreMissing} where there is none
 */
export async function pruneStore(
  location: string,
  before: number,
  progress?: (pruned: number) => void,
): Promise<number> {
  assertStoreIsThere(location);
  using engine = await openEngine(location);
  return await prunePredictions(engine, before, { ...(progress && { progress }) });
}
