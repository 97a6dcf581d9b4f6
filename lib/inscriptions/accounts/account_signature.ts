import { keccak_256 } from "@noble/hashes/sha3.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

/** Length of a signature by either kind of key, in bytes. */
export const signatureLength = 64;

/** The public key of an account. */
export interface AccountKey {
  readonly kind: "ED25519" | "ECDSA_SECP256K1";
  readonly bytes: Uint8Array;
}

/** Whether an account's key has signed a message, in one of the forms in which clients do. */
export async function isSignedBy(key: AccountKey, message: string, signature: Uint8Array): Promise<boolean> {
  const verify = await verifierOf(key);
  return signedForms(message).some((bytes) => {
    try {
      return verify(signature, bytes);
    } catch {
      // A point that is none.
      return false;
    }
  });
}

/** Programs sign the text, pages its JSON, and wallets either of them behind words of their own. HIP-820. */
function signedForms(message: string): Uint8Array[] {
  const texts = [message, JSON.stringify(message)].map(utf8ToBytes);
  return [
    ...texts,
    ...texts.map((text) => concatBytes(utf8ToBytes(`\x19Hedera Signed Message:\n${text.length}`), text)),
  ];
}

/** What few gateways ever do is loaded when it is done. */
async function verifierOf({ kind, bytes }: AccountKey) {
  if (kind === "ED25519") {
    const { ed25519 } = await import("@noble/curves/ed25519.js");
    return (signature: Uint8Array, message: Uint8Array) => ed25519.verify(signature, message, bytes);
  }
  const { secp256k1 } = await import("@noble/curves/secp256k1.js");
  const options = { prehash: false, lowS: false };
  return (signature: Uint8Array, message: Uint8Array) =>
    secp256k1.verify(signature, keccak_256(message), bytes, options);
}
