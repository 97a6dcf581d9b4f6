import { hexToBytes } from "@noble/hashes/utils.js";
import { isPoint } from "./ristretto.ts";

type Library = typeof import("@polkadot-labs/schnorrkel-wasm");

let library: Library | undefined;

/** Loads what all other functions here need; rejects where there is no WebAssembly. */
export async function loadSchnorrkel(): Promise<void> {
  library ??= await import("@polkadot-labs/schnorrkel-wasm");
}

/** The secret key (64 bytes) and the public key (32 bytes) of a 32-byte seed. */
export function keysFromSeed(seed: Uint8Array): { secretKey: Uint8Array; publicKey: Uint8Array } {
  const { sr25519_secret_from_seed, sr25519_pubkey } = ready();
  const secretKey = sr25519_secret_from_seed(seed);
  return { secretKey, publicKey: sr25519_pubkey(secretKey) };
}

/** A signature, 64 bytes, another one each time. */
export function sign(publicKey: Uint8Array, secretKey: Uint8Array, message: Uint8Array): Uint8Array {
  return ready().sr25519_sign(publicKey, secretKey, message);
}

declare const checked: unique symbol;

/** A public key that signatures can be verified with. */
export type VerifyingKey = Uint8Array & { readonly [checked]: true };

/**
 * Throws a {@link RangeError} where bytes are no public key: the library would end with them, and for zeros, the key of the
 * secret zero, everybody can sign.
 */
export function toVerifyingKey(bytes: Uint8Array): VerifyingKey {
  if (!isVerifyingKey(bytes)) throw new RangeError("Cannot verify: these bytes are not an sr25519 key");
  return bytes;
}

function isVerifyingKey(bytes: Uint8Array): bytes is VerifyingKey {
  return isPoint(bytes) && bytes.some((byte) => byte !== 0);
}

/** Whether a signature of 64 bytes over a message is of a key. */
export function verify(signature: Uint8Array, message: Uint8Array, key: VerifyingKey): boolean {
  return isWellFormed(signature) && ready().sr25519_verify(key, message, signature);
}

function ready(): Library {
  if (library === undefined) throw new Error("Cannot use sr25519 before cryptoReady() has resolved");
  return library;
}

/** The order of the group, its lowest byte first. */
const order = hexToBytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

/**
 * Whether a signature has the mark of its kind, and a scalar below the order: the library would end with anything else, and
 * keep the memory of what it was given.
 */
function isWellFormed(signature: Uint8Array): boolean {
  const last = signature[63] ?? 0;
  if (signature.length !== 64 || last < 0x80) return false;
  const scalar = signature.slice(32);
  scalar[31] = last - 0x80;
  const highest = scalar.findLastIndex((byte, index) => byte !== order[index]);
  return highest !== -1 && (scalar[highest] ?? 0) < (order[highest] ?? 0);
}
