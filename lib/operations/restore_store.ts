import { beginLineage, holdStore, isFile, type Lineage } from "../engine/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import { isThere } from "./backup_store.ts";
import type { Progress } from "./progress.ts";
import type { StoreReport } from "./receipt_walk.ts";
import { removeLog, StoreCopy } from "./store_copy.ts";
import { assertStoreIsThere, StoreMissing } from "./store_missing.ts";

/** How a backup is restored. */
export interface RestoreOptions {
  /** The backup. */
  readonly file: string;
  /** Where the store is to be. */
  readonly location: string;
  /** Whether a store that is there is replaced. */
  readonly force: boolean;
  readonly clock: Clock;
  readonly progress?: Progress;
}

/**
 * Puts a store from a backup where none is in use. It begins another lineage and another epoch, since numbers that were
 * given after the backup was made are given again.
 *
 * @throws {StoreMissing} where there is no backup, or the store would be in no file
 * @throws {StoreInUse} where a server has the store open
 * @throws {Error} where a store is there and is not to be replaced, or the backup is not sound
 */
export async function restoreStore(
  { file, location, force, clock, progress }: RestoreOptions,
): Promise<{ report: StoreReport; lineage: Lineage }> {
  assertStoreIsThere(file);
  if (!isFile(location)) throw new StoreMissing(`The store ${location} is no file`);
  const replaces = isThere(location);
  using _held = replaces ? holdStore(location) : undefined;
  if (replaces && !force) throw new Error(`The store ${location} is there already: --force replaces it`);
  let lineage: Lineage | undefined;
  using copy = await StoreCopy.make({
    from: file,
    to: location,
    progress,
    prepare: async (engine, { last }) => {
      lineage = await beginLineage(engine, { after: last, at: clock.now() });
      await engine.endEpoch();
    },
  });
  if (lineage === undefined) throw new Error("no lineage began");
  if (!replaces && isThere(location)) throw new Error(`The store ${location} was made meanwhile`);
  removeLog(location);
  copy.keep();
  return { report: copy.report, lineage };
}
