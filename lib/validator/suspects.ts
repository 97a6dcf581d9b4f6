import { TokenBuckets } from "../hub/mod.ts";
import type { Clock } from "../protocol/mod.ts";

/** Bad signatures in a second, and at once after a quiet time, that are put up with: of a signer, and of an address. */
const ofSigner = { rate: 1, burst: 20 };
const ofAddress = { rate: 5, burst: 100 };
const maxProven = 20_000;

/** Where a signed message comes from: an address, or a connection that has authenticated, and the signer that it names. */
export interface Source {
  readonly address: string;
  readonly signer: string;
}

/**
 * Who sends bad signatures, and so gets no more of them verified. An address that forges, whomever it names, does not
 * harm those signers that have proved themselves from there: a network's customers may share it.
 */
export class Suspects {
  readonly #bySigner: TokenBuckets;
  readonly #byAddress: TokenBuckets;
  /** Signers with the address from which a good signature of theirs came. */
  readonly #proven = new Set<string>();

  constructor(clock: Clock) {
    this.#bySigner = new TokenBuckets({ ...ofSigner, clock });
    this.#byAddress = new TokenBuckets({ ...ofAddress, clock });
  }

  /** Who takes turns: a proven signer for itself, all others of an address together. */
  turnOf(source: Source): string {
    return this.isProven(source) ? keyOf(source) : source.address;
  }

  isProven(source: Source): boolean {
    return this.#proven.has(keyOf(source));
  }

  /** Milliseconds for which no more from there is verified; 0 when it is. */
  wait(source: Source): number {
    const wait = this.#bySigner.wait(keyOf(source));
    return this.isProven(source) ? wait : Math.max(wait, this.#byAddress.wait(source.address));
  }

  /** A signature from there was good. */
  prove(source: Source): void {
    if (this.isProven(source)) return;
    const [oldest] = this.#proven;
    if (oldest !== undefined && this.#proven.size >= maxProven) this.#proven.delete(oldest);
    this.#proven.add(keyOf(source));
  }

  /** A signature from there was bad. */
  accuse(source: Source): void {
    this.#bySigner.take(keyOf(source));
    if (!this.isProven(source)) this.#byAddress.take(source.address);
  }
}

function keyOf({ address, signer }: Source): string {
  return `${address} ${signer}`;
}
