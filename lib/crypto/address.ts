import { blake2b } from "@noble/hashes/blake2.js";
import { base58 } from "@scure/base";

/** What SS58 addresses of the chain begin with once decoded. */
const prefix = 42;
const keyLength = 32;
const checksumLength = 2;
const decodedLength = 1 + keyLength + checksumLength;
const maxAddressLength = 50;
const checksumContext = new TextEncoder().encode("SS58PRE");

/** The SS58 address (prefix 42) of a public key. */
export function encodeAddress(publicKey: Uint8Array): string {
  if (publicKey.length !== keyLength) {
    throw new RangeError(
      `Cannot encode address: public key is ${publicKey.length} bytes, expected ${keyLength}`,
    );
  }
  const body = Uint8Array.of(prefix, ...publicKey);
  return base58.encode(Uint8Array.of(...body, ...checksum(body)));
}

/**
 * The public key of an SS58 address with prefix 42.
 *
 * @throws {SyntaxError} if it is not base58 or its checksum is wrong
 * @throws {RangeError} if its length or its prefix is another
 */
export function decodeAddress(address: string): Uint8Array {
  const bytes = decodeBase58(address);
  if (bytes.length !== decodedLength) {
    throw new RangeError(`Cannot decode address: it holds ${bytes.length} bytes, expected ${decodedLength}`);
  }
  if (bytes[0] !== prefix) {
    throw new RangeError(`Cannot decode address: its prefix is ${bytes[0]}, expected ${prefix}`);
  }
  const body = bytes.subarray(0, -checksumLength);
  const [first, second] = checksum(body);
  if (bytes.at(-2) !== first || bytes.at(-1) !== second) {
    throw new SyntaxError("Cannot decode address: its checksum is wrong");
  }
  return body.slice(1);
}

/** Whether a text is an SS58 address with prefix 42. */
export function isAddress(text: string): boolean {
  try {
    decodeAddress(text);
    return true;
  } catch {
    return false;
  }
}

/** Base58 takes time quadratic in its length, so that is looked at first. */
function decodeBase58(address: string): Uint8Array {
  if (address.length > maxAddressLength) {
    throw new RangeError(
      `Cannot decode address: it has ${address.length} characters, expected at most ${maxAddressLength}`,
    );
  }
  try {
    return base58.decode(address);
  } catch (cause) {
    throw new SyntaxError("Cannot decode address: it is not base58", { cause });
  }
}

function checksum(body: Uint8Array): Uint8Array {
  return blake2b.create({ dkLen: 64 }).update(checksumContext).update(body).digest().subarray(
    0,
    checksumLength,
  );
}
