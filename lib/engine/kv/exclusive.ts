import { DatabaseSync } from "node:sqlite";
import { isDamaged } from "./guarded_kv.ts";
import { InstanceName } from "./instance_name.ts";

/** Somebody uses the store. */
export class StoreInUse extends Error {
  override readonly name = "StoreInUse";
}

/**
 * Keeps everybody from opening a store in a file, until it is disposed of.
 *
 * @throws {StoreInUse} where somebody has it open
 */
export function holdStore(location: string): Disposable {
  const inUse = (cause?: unknown) =>
    new StoreInUse(`The store ${location} is in use: stop its servers`, { cause });
  if (InstanceName.isTaken(location)) throw inUse();
  const file = new DatabaseSync(location);
  try {
    // Whoever has it open, in the mode of a log, holds a lock that keeps it in that mode.
    file.exec(
      "PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE",
    );
    return { [Symbol.dispose]: () => file.close() };
  } catch (error) {
    file.close();
    // Nobody can use it either.
    if (isDamaged(error)) return { [Symbol.dispose]: () => {} };
    throw inUse(error);
  }
}
