import { guardedKv, patiently } from "./guarded_kv.ts";
import { cannotOpen } from "../open_error.ts";
import { isFile } from "./instance_name.ts";
import { assertFileIsSound } from "./integrity.ts";
import { makePrivateFile } from "../private_files.ts";
import { migrate } from "./migrations.ts";
import type { StoreGuard } from "./store_guard.ts";

/**
 * Opens a store in Deno KV, looks for damage, and brings its layout up to date.
 *
 * @param location a file's path, `:memory:`, or a KV Connect URL
 * @param guard tells later on whether the store is still the one that was opened
 * @throws {Error} when it cannot be opened, is damaged, or was written by a newer version
 */
export async function openKv(location: string, guard: StoreGuard): Promise<Deno.Kv> {
  const database = await open(location, guard);
  try {
    assertFileIsSound(location);
    guard.watch();
    await migrate(database);
  } catch (error) {
    database.close();
    throw isUnreadable(error) ? unreadable(location, error) : cannotOpen(location, error);
  }
  return database;
}

async function open(location: string, guard: StoreGuard): Promise<Deno.Kv> {
  try {
    if (isFile(location)) makePrivateFile(location);
    return guardedKv(await patiently(() => Deno.openKv(location)), guard);
  } catch (cause) {
    throw cannotOpen(location, cause);
  }
}

/** Deno writes values as its engine serializes them, and an older engine does not read what a newer one wrote; its error has no code. */
function isUnreadable(error: unknown): boolean {
  return error instanceof Error && error.message.includes("could not deserialize value");
}

function unreadable(location: string, cause: unknown): Error {
  const advice = `use that version (this is Deno ${Deno.version.deno}), or another store`;
  return new Error(`Cannot read the store ${location}: a newer version of Deno wrote it; ${advice}`, {
    cause,
  });
}
