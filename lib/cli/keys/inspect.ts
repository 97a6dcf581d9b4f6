import { bytesToHex } from "@noble/hashes/utils.js";
import { quoted, UsageError } from "../../config/mod.ts";
import { decodeAddress, encodeAddress, isAddress } from "../../crypto/mod.ts";
import { readUsage, type Usage } from "../command.ts";
import { facts } from "../facts.ts";
import type { Stdio } from "../stdio.ts";
import { readKeypair } from "./key.ts";

/** How it is called. */
export const inspectUsage = {
  name: "keys inspect",
  operand: "FILE|ADDRESS",
  about: "Prints the address and the public key.",
  options: {},
} satisfies Usage;

/** `keys inspect`: the address and public key of a key file or an address. */
export async function inspect(args: string[], stdio: Stdio): Promise<number> {
  const { operand } = readUsage(inspectUsage, args);
  if (operand === undefined) throw new UsageError("Missing a key file or an address");
  await stdio.print(facts(describeKey(await publicKeyOf(operand)), stdio));
  return 0;
}

async function publicKeyOf(operand: string): Promise<Uint8Array> {
  if (isAddress(operand)) return decodeAddress(operand);
  try {
    return (await readKeypair(operand)).publicKey;
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Error(`Cannot inspect ${quoted(operand)}: it is neither an address nor a file`, { cause });
  }
}

/** What may be shown of a key. */
export function describeKey(publicKey: Uint8Array): Record<string, string> {
  return { address: encodeAddress(publicKey), public_key: bytesToHex(publicKey) };
}
