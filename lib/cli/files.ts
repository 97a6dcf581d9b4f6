import { type Keypair, keypairFromSeed, parseKeyFile } from "../crypto/mod.ts";

/** The miner's key. */
export async function readKey(path: string): Promise<Keypair> {
  return keypairFromSeed(parseKeyFile(await readText("key", path)));
}

/** A file's text; `what` it holds is named in the error. */
export async function readText(what: string, path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new Error(`Cannot read ${what} file ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** The input in a file. */
export async function openInput(path: string): Promise<ReadableStream<Uint8Array>> {
  try {
    return (await Deno.open(path)).readable;
  } catch (cause) {
    throw new Error(`Cannot read input ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** The database of the outboxes, made with its folder where there is none. */
export async function openOutbox(path: string): Promise<Deno.Kv> {
  const folder = path.replace(/[^/\\]*$/, "");
  try {
    if (folder !== "") await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    return await Deno.openKv(path);
  } catch (cause) {
    throw new Error(`Cannot open outbox ${path}: ${(cause as Error).message}`, { cause });
  }
}
