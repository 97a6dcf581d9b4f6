import { bytesToHex } from "@noble/hashes/utils.js";
import { decodeAddress, encodeAddress, isAddress } from "../../crypto/mod.ts";
import type { Stdio } from "../stdio.ts";
import { readArguments, UsageError } from "./arguments.ts";
import { readKeypair } from "./key.ts";

/** `keys inspect`: the address and public key of a key file or an address. */
export async function inspect(args: string[], stdio: Stdio): Promise<number> {
  const { operand } = readArguments(args, {});
  if (operand === undefined) throw new UsageError("Missing a key file or an address");
  const publicKey = isAddress(operand) ? decodeAddress(operand) : (await readKeypair(operand)).publicKey;
  await stdio.print(`${JSON.stringify(describeKey(publicKey))}\n`);
  return 0;
}

/** What may be shown of a key. */
export function describeKey(publicKey: Uint8Array): Record<string, string> {
  return { address: encodeAddress(publicKey), public_key: bytesToHex(publicKey) };
}
