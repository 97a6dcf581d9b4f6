import { dirname } from "node:path";
import { bytesToHex } from "@noble/hashes/utils.js";
import { filePath, optional } from "../../config/mod.ts";
import { keypairFromSeed, randomSeed } from "../../crypto/mod.ts";
import { readUsage, type Usage } from "../command.ts";
import { facts } from "../facts.ts";
import type { Stdio } from "../stdio.ts";
import { describeKey } from "./inspect.ts";

/** How it is called. */
export const newUsage = {
  name: "keys new",
  about: "Makes a key. Without a file its seed is printed.",
  options: {
    out: optional(filePath, "Where the seed is written, for you alone to read; the folder is made too."),
  },
} satisfies Usage;

/** `keys new`: makes a key, and writes its seed to a file that only the user can read. */
export async function newKey(args: string[], stdio: Stdio): Promise<number> {
  const { out } = readUsage(newUsage, args).values;
  const { seed, publicKey } = keypairFromSeed(randomSeed());
  const hex = bytesToHex(seed);
  if (out !== undefined) await writeKeyFile(out, hex);
  await stdio.print(facts({ ...describeKey(publicKey), ...out === undefined ? { seed: hex } : {} }, stdio));
  return 0;
}

async function writeKeyFile(path: string, seed: string): Promise<void> {
  try {
    await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(path, `${seed}\n`, { createNew: true, mode: 0o600 });
  } catch (cause) {
    const reason = cause instanceof Deno.errors.AlreadyExists ? "exists already" : undefined;
    throw new Error(
      `Cannot write key file: ${reason === undefined ? (cause as Error).message : `${path} ${reason}`}`,
      {
        cause,
      },
    );
  }
}
