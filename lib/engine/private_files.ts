import { dirname } from "node:path";
import { logger } from "../telemetry/mod.ts";

const log = logger("files");
const writableByOthers = 0o022;

/** Makes a folder, with those above it, for this user alone; one that is there stays as it is. */
export function makePrivateFolder(path: string): void {
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
}

/**
 * Makes an empty file in a folder of its own, both for this user alone, where there is none. What is there stays as it is,
 * and is warned of where others can write to it.
 */
export function makePrivateFile(path: string): void {
  const folder = dirname(path);
  makePrivateFolder(folder);
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  for (const place of [folder, path]) warnOfOthers(place, writableByOthers, "write to");
}

/** Warns where others than the owner of a file or folder may do with it what these bits of its mode allow. */
export function warnOfOthers(path: string, bits: number, what: string): void {
  const { mode } = Deno.statSync(path);
  if (mode === null || (mode & bits) === 0) return;
  log.warning("Others can {what} {path}, whose mode is {mode}: take that away from them with chmod go-rwx", {
    what,
    path,
    mode: (mode & 0o7777).toString(8).padStart(4, "0"),
  });
}
