import { dirname } from "node:path";
import { type Config, withoutPasswords } from "../config/mod.ts";
import { cryptoReady, type Keypair, keypairFromSeed, parseKeyFile, randomSeed } from "../crypto/mod.ts";
import { bindToValidator, makePrivateFolder, type Store, warnOfOthers } from "../engine/mod.ts";

const [readableByOthers, readableByGroup] = [0o077, 0o040];

/** The validator's key, and whether it was made just now. */
interface ValidatorKey {
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
      // What Kubernetes mounts of a Secret is root's, and its pod reads it as a member of the group.
      const { uid } = await Deno.stat(path);
      warnOfOthers(path, uid === 0 ? readableByOthers & ~readableByGroup : readableByOthers, "read");
      return { keypair, isNew: false };
    }
    return await create(path);
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

/** Writes a new key, whole or not at all: of servers that start at the same time one makes it, and the others take that one. */
async function create(path: string): Promise<ValidatorKey> {
  const seed = randomSeed();
  makePrivateFolder(dirname(path));
  const hex = Array.from(seed, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const draft = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(draft, `0x${hex}\n`, { createNew: true, mode: 0o600 });
  try {
    await Deno.link(draft, path);
    return { keypair: keypairFromSeed(seed), isNew: true };
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    return { keypair: keypairFromSeed(parseKeyFile(await Deno.readTextFile(path))), isNew: false };
  } finally {
    await Deno.remove(draft);
  }
}
