import { isFile } from "./instance_name.ts";
import { migrate } from "./migrations.ts";
import { patientKv, patiently } from "./patient_kv.ts";

/**
 * Opens the store and brings its layout up to date.
 *
 * @param location a file's path, `:memory:`, or a KV Connect URL
 * @throws {Error} when it cannot be opened, or was written by a newer version
 */
export async function openDatabase(location: string): Promise<Deno.Kv> {
  const database = await open(location);
  try {
    await migrate(database);
  } catch (error) {
    database.close();
    throw isUnreadable(error) ? unreadable(location, error) : error;
  }
  return database;
}

async function open(location: string): Promise<Deno.Kv> {
  try {
    if (isFile(location)) await createFolder(location);
    return patientKv(await patiently(() => Deno.openKv(location)));
  } catch (cause) {
    throw new Error(`Cannot open the store ${location}: ${(cause as Error).message}`, { cause });
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
