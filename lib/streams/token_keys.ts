import type { Config } from "../config/mod.ts";
import { isJwtKey } from "../crypto/jwt.ts";
import { warnOfOthers } from "../engine/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import { StreamAccess } from "./stream_access.ts";

const othersMayRead = 0o077;

/**
 * The keys for subscription tokens in a file, one a line; the first is the one to sign with. No error quotes what it holds.
 *
 * @throws {Error} when it cannot be read, or holds something else
 */
export async function readTokenKeys(path: string): Promise<readonly string[]> {
  let text;
  try {
    text = await Deno.readTextFile(path);
    warnOfOthers(path, othersMayRead, "read");
  } catch (cause) {
    throw new Error(`Cannot read the token keys in ${path}: ${(cause as Error).message}`, { cause });
  }
  const keys = text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  if (keys.length > 0 && keys.every(isJwtKey)) return keys;
  throw new Error(
    `Cannot use the token keys in ${path}: expected one a line, each of at least 32 visible ASCII characters`,
  );
}

/** Reads the keys that a configuration names. Throws what {@link readTokenKeys} does. */
export async function openStreamAccess(config: Config, clock: Clock): Promise<StreamAccess> {
  const { "streams.token_key": key, "streams.token_key_file": file } = config;
  const keys = [...key === undefined ? [] : [key], ...file === undefined ? [] : await readTokenKeys(file)];
  return new StreamAccess({ prefixes: config["streams.private"], keys, clock });
}
