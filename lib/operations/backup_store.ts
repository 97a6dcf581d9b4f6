import { isFile } from "../engine/mod.ts";
import type { Progress } from "./progress.ts";
import type { StoreReport } from "./receipt_walk.ts";
import { StoreCopy } from "./store_copy.ts";
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
    throw new StoreMissing(`The store ${location} is no file: its service makes backups`);
  }
}

function assertIsFree(file: string): void {
  if (isThere(file)) throw new Error(`${file} is there already: name another file`);
}

/** Whether a name is taken. */
export function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
