import { guardedKv, patiently } from "./guarded_kv.ts";
import { isFile } from "../instance_name.ts";
import { assertChainIsSound, assertFileIsSound } from "./integrity.ts";
import { migrate } from "./migrations.ts";
import { StoreGuard } from "./store_guard.ts";

/**
 * Opens the store, looks for damage, and brings its layout up to date.
 *
 * @param location a file's path, `:memory:`, or a KV Connect URL
 * @param guard tells later on whether the store is still the one that was opened
 * @throws {Error} when it cannot be opened, is damaged, or was written by a newer version
 */
export async function openDatabase(location: string, guard = new StoreGuard(location)): Promise<Deno.Kv> {
  const database = await open(location, guard);
  try {
    assertFileIsSound(location);
    guard.watch();
    await migrate(database);
    await assertChainIsSound(database);
  } catch (error) {
    database.close();
    throw isUnreadable(error) ? unreadable(location, error) : unusable(location, error);
  }
  return database;
}

async function open(location: string, guard: StoreGuard): Promise<Deno.Kv> {
  try {
    if (isFile(location)) await createFolder(location);
    return guardedKv(await patiently(() => Deno.openKv(location)), guard);
  } catch (cause) {
    throw unusable(location, cause);
  }
}

function unusable(location: string, cause: unknown): Error {
  const { message } = cause as Error;
  const obstacle = isFile(location) ? obstacleToWriting(location) : undefined;
  const advice = /damaged|malformed|not a database/.test(message)
    ? "; restore a backup in its place, or name another store with --kv"
    : obstacle === undefined
    ? ""
    : `; the file and its folder have to be writable for this process (${obstacle}): make them so, or name another ` +
      "store with --kv";
  return new Error(`Cannot open the store ${location}: ${message}${advice}`, { cause });
}

/** What keeps this process from writing beside a file, in the system's words; undefined: nothing. */
function obstacleToWriting(file: string): string | undefined {
  const path = `${file}.writable`;
  try {
    Deno.openSync(path, { write: true, create: true }).close();
    Deno.removeSync(path);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Deno writes values as its engine serializes them, and an older engine does not read what a newer one wrote. */
function isUnreadable(error: unknown): boolean {
  return error instanceof Error && error.message.includes("could not deserialize value");
}

function unreadable(location: string, cause: unknown): Error {
  const advice = `use that version (this is Deno ${Deno.version.deno}), or another store`;
  return new Error(`Cannot read the store ${location}: a newer version of Deno wrote it; ${advice}`, {
    cause,
  });
}

async function createFolder(file: string): Promise<void> {
  const folder = file.replace(/[^/\\]*$/, "");
  if (folder !== "") await Deno.mkdir(folder, { recursive: true });
}
