import { withoutPasswords } from "../config/mod.ts";
import { beginLineage, holdStore, isDatabase, isFile, type Lineage } from "../engine/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import type { Progress, StoreReport } from "./receipt_walk.ts";
import { removeLog, StoreCopy } from "./store_copy.ts";
import { assertStoreIsThere, StoreMissing } from "./store_missing.ts";

/**
 * Makes a backup of a store in a file, in use or not, as it is at one moment: one file, verified, under its name only once
 * it is whole.
 *
 * @throws {StoreMissing} where no store is in a file
 * @throws {Error} where the backup's name is taken, or the store is not sound
 */
export async function backupStore(location: string, file: string, progress?: Progress): Promise<StoreReport> {
  assertStoreIsInFile(location);
  assertIsFree(file);
  using copy = await StoreCopy.make({ from: location, to: file, progress });
  assertIsFree(file);
  copy.keep();
  return copy.report;
}

/** Throws {@link StoreMissing} where there is no store, or it is in no file. */
function assertStoreIsInFile(location: string): void {
  assertStoreIsThere(location);
  if (!isFile(location)) {
    const how = isDatabase(location)
      ? "pg_dump or pg_basebackup, or heliograph store copy, make its backups"
      : "its service makes backups";
    throw new StoreMissing(`The store ${withoutPasswords(location)} is no file: ${how}`);
  }
}

function assertIsFree(file: string): void {
  if (isThere(file)) throw new Error(`${file} is there already: name another file`);
}

/** Whether a name is taken. */
function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** How a backup is restored. */
interface RestoreOptions {
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
  if (!isFile(location)) {
    const how = isDatabase(location) ? ": pg_restore, or heliograph store copy, fill it" : "";
    throw new StoreMissing(`The store ${withoutPasswords(location)} is no file${how}`);
  }
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
