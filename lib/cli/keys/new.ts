import { bytesToHex } from "@noble/hashes/utils.js";
import { type Keypair, keypairFromSeed, randomSeed } from "../../crypto/mod.ts";
import type { Stdio } from "../stdio.ts";
import { readArguments } from "./arguments.ts";
import { describeKey } from "./inspect.ts";

/** `keys new`: makes a key, and writes its seed to a file that only the user can read. */
export async function newKey(args: string[], stdio: Stdio): Promise<number> {
  const out = readArguments(args, { out: "value" }).values.get("out");
  const keypair = keypairFromSeed(randomSeed());
  const seed = bytesToHex(keypair.seed);
  if (out !== undefined) await writeKeyFile(out, seed);
  await stdio.print(keyLine(keypair, out === undefined ? { seed } : {}));
  return 0;
}

function keyLine({ publicKey }: Keypair, more: Record<string, string>): string {
  return `${JSON.stringify({ ...describeKey(publicKey), ...more })}\n`;
}

async function writeKeyFile(path: string, seed: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, `${seed}\n`, { createNew: true, mode: 0o600 });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
    throw new Error(`Cannot write key file: ${path} exists already`, { cause });
  }
}
