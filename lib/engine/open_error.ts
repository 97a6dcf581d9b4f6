import { withoutPasswords } from "../config/mod.ts";
import { isFile } from "./kv/instance_name.ts";

/** Says which store cannot be opened and why, and what to do about it. */
export function cannotOpen(location: string, cause: unknown): Error {
  const { message } = cause as Error;
  const obstacle = isFile(location) ? obstacleToWriting(location) : undefined;
  const advice = /damaged|malformed|not a database/.test(message)
    ? "; restore a backup in its place, or name another store with --store"
    : obstacle === undefined
    ? ""
    : `; the file and its folder have to be writable for this process (${obstacle}): make them so, or name another ` +
      "store with --store";
  return new Error(`Cannot open the store ${withoutPasswords(location)}: ${message}${advice}`, { cause });
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
