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
    throw error;
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

async function createFolder(file: string): Promise<void> {
  const folder = file.replace(/[^/\\]*$/, "");
  if (folder !== "") await Deno.mkdir(folder, { recursive: true });
}
