import { hexToBytes } from "@noble/hashes/utils.js";
import { sr25519Verify } from "@polkadot/wasm-crypto";
import { decodeAddress } from "./address.ts";

const hexSignature = /^(?:0x)?([0-9a-f]{128})$/i;

/** Whether a signature (hex) over a text, plain or wrapped in `<Bytes>` as wallets do, is of an address's key. */
export function verifySignature(text: string, signatureHex: string, address: string): boolean {
  try {
    return verifyWithKey(text, signatureHex, decodeAddress(address));
  } catch {
    return false;
  }
}

/** {@link verifySignature} for an address that is decoded already. */
export function verifyWithKey(text: string, signatureHex: string, publicKey: Uint8Array): boolean {
  const hex = hexSignature.exec(signatureHex)?.[1];
  if (hex === undefined) return false;
  const signature = hexToBytes(hex);
  const covers = (message: string) => sr25519Verify(signature, new TextEncoder().encode(message), publicKey);
  return covers(text) || covers(`<Bytes>${text}</Bytes>`);
}
