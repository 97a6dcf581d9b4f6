import { dirname } from "node:path";
import { type Config, withoutPasswords } from "../config/mod.ts";
import { cryptoReady, type Keypair, keypairFromSeed, parseKeyFile, randomSeed } from "../crypto/mod.ts";
import { bindToValidator, makePrivateFolder, type Store, warnOfOthers } from "../engine/mod.ts";

const readableByOthers = 0o077;

/** The validator's key, and whether it was made just now. */
export interface ValidatorKey {
  readonly keypair: Keypair;
  readonly isNew: boolean;
}

/**
 * Reads the validator's key, or makes one where there is no file, readable by its owner alone.
 *
 * @throws {Error} when the file cannot be read, understood or written; what is in it is never said
 */
export async function openValidatorKey(path: string): Promise<ValidatorKey> {
  await cryptoReady();
  const text = await readIfThere(path);
  try {
    if (text !== null) {
      const keypair = keypairFromSeed(parseKeyFile(text));
      warnOfOthers(path, readableByOthers, "read");
      return { keypair, isNew: false };
    }
    return { keypair: await create(path), isNew: true };
  } catch (cause) {
    const { message } = cause as Error;
    const [doing, advice] = text === null
      ? ["make", "; make its folder writable, or name another place with --validator_key"]
      : ["use", ""];
    throw new Error(`Cannot ${doing} the validator key ${path}: ${message}${advice}`, { cause });
  }
}

/**
 * Binds the store to the validator's key, whose receipts are in it. Throws an error that says what to do where it is bound
 * to another.
 */
export async function bindToKey(
  store: Store,
  address: string,
  { store: location, validator_key, accept_new_key }: Config,
): Promise<void> {
  const bound = await bindToValidator(store, address, { replace: accept_new_key });
  if (bound === address) return;
  throw new Error(
    `Cannot use the store ${
      withoutPasswords(location)
    } with the validator key ${validator_key}, which is that of ` +
      `${address}: its receipts are of ${bound}; name that key with --validator_key, or let the store take this one with --accept_new_key`,
  );
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return null;
    throw new Error(`Cannot read the validator key ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function create(path: string): Promise<Keypair> {
  const seed = randomSeed();
  makePrivateFolder(dirname(path));
  const hex = Array.from(seed, (byte) => byte.toString(16).padStart(2, "0")).join("");
  await Deno.writeTextFile(path, `0x${hex}\n`, { createNew: true, mode: 0o600 });
  return keypairFromSeed(seed);
}
