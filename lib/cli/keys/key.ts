import { type Keypair, keypairFromSeed, parseKeyFile } from "../../crypto/mod.ts";

/** The keypair of a key file. */
export async function readKeypair(path: string): Promise<Keypair> {
  return keypairFromSeed(parseKeyFile(await Deno.readTextFile(path)));
}
