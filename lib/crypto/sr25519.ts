import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { encodeAddress } from "./address.ts";
import { keysFromSeed, loadSchnorrkel, sign, verify } from "./schnorrkel.ts";
import { VerifyingKeys } from "./verifying_keys.ts";

/** Resolves once keys and signatures can be used. */
export async function cryptoReady(): Promise<void> {
  try {
    await loadSchnorrkel();
  } catch (cause) {
    throw new Error(`Cannot load sr25519: ${(cause as Error).message}`, { cause });
  }
}

const seedLength = 32;

/** A hotkey that can sign. Printing it, or turning it into JSON, shows its address alone. */
export interface Keypair {
  /** SS58 with prefix 42. */
  readonly address: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 32 bytes, from which the rest follows: a secret. */
  readonly seed: Uint8Array;
  /** The signature over the UTF-8 bytes of a text, as hex without `0x`. */
  sign(text: string): string;
}

/** The sr25519 keypair of a 32-byte mini-secret. */
export function keypairFromSeed(seed: Uint8Array): Keypair {
  if (seed.length !== seedLength) {
    throw new RangeError(`Cannot make a keypair: seed is ${seed.length} bytes, expected ${seedLength}`);
  }
  return new Sr25519Keypair(seed.slice());
}

/** A seed for a new keypair. */
export function randomSeed(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(seedLength));
}

class Sr25519Keypair implements Keypair {
  readonly address: string;
  readonly publicKey: Uint8Array;
  readonly #seed: Uint8Array;
  readonly #secret: Uint8Array;

  constructor(seed: Uint8Array) {
    const { secretKey, publicKey } = keysFromSeed(seed);
    this.#seed = seed;
    this.#secret = secretKey;
    this.publicKey = publicKey;
    this.address = encodeAddress(this.publicKey);
  }

  get seed(): Uint8Array {
    return this.#seed.slice();
  }

  sign(text: string): string {
    return bytesToHex(sign(this.publicKey, this.#secret, new TextEncoder().encode(text)));
  }

  toString(): string {
    return `Keypair(${this.address})`;
  }

  toJSON(): { address: string } {
    return { address: this.address };
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

const hexSignature = /^(?:0x)?([0-9a-f]{128})$/i;
const keys = new VerifyingKeys(4096);

/** Whether a signature (hex) over a text, plain or wrapped in `<Bytes>` as wallets do, is of an address's key. */
export function verifySignature(text: string, signatureHex: string, address: string): boolean {
  const hex = hexSignature.exec(signatureHex)?.[1];
  if (hex === undefined) return false;
  try {
    const [signature, key] = [hexToBytes(hex), keys.get(address)];
    const covers = (message: string) => verify(signature, new TextEncoder().encode(message), key);
    return covers(text) || covers(`<Bytes>${text}</Bytes>`);
  } catch {
    return false;
  }
}
