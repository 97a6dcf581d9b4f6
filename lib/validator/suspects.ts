import { addressGroup, TokenBuckets } from "../hub/mod.ts";
import type { Clock } from "../protocol/mod.ts";

/** Bad signatures in a second, and at once after a quiet time, that are put up with: in one name, and of an address. */
const ofName = { rate: 1, burst: 20 };
const ofAddress = { rate: 5, burst: 100 };
const maxProven = 20_000;

/** Where a signed message comes from: an address, whoever may be there, or a connection whose client is proven. */
export type Origin = { readonly address: string } | { readonly connection: string };

/**
 * On whose account a message is verified. A connection that has authenticated answers for itself. At an address, a signer
 * that has proved itself from there has an account of its own, and is never refused for what others there claim in its
 * name; the rest of the address, strangers and whoever names them, share what is put up with.
 */
export class Suspects {
  readonly #byConnection: TokenBuckets;
  readonly #byName: TokenBuckets;
  readonly #byAddress: TokenBuckets;
  /** Signers with the address from which a good signature of theirs came, the one that proved itself last at the end. */
  readonly #proven = new Set<string>();

  constructor(clock: Clock) {
    this.#byConnection = new TokenBuckets({ ...ofName, clock });
    this.#byName = new TokenBuckets({ ...ofName, clock });
    this.#byAddress = new TokenBuckets({ ...ofAddress, clock });
  }

  /** The account on which a message in the name of `signer` is. */
  accountOf(origin: Origin, signer: string): Account {
    if ("connection" in origin) return this.#connectionAccount(origin.connection);
    const address = addressGroup(origin.address);
    const name = `${address} ${signer}`;
    return this.#proven.has(name) ? this.#provenAccount(name) : this.#strangersAccount(address, name);
  }

  #connectionAccount(connection: string): Account {
    return {
      turn: connection,
      wait: () => this.#byConnection.wait(connection),
      accuse: () => void this.#byConnection.take(connection),
      prove: () => {},
    };
  }

  #provenAccount(name: string): Account {
    return { turn: name, wait: () => 0, accuse: () => {}, prove: () => this.#prove(name) };
  }

  #strangersAccount(address: string, name: string): Account {
    return {
      turn: address,
      // What was sent as a stranger's may wait until its signer is known.
      wait: () =>
        this.#proven.has(name) ? 0 : Math.max(this.#byName.wait(name), this.#byAddress.wait(address)),
      accuse: () => {
        this.#byName.take(name);
        this.#byAddress.take(address);
      },
      prove: () => this.#prove(name),
    };
  }

  #prove(name: string): void {
    this.#proven.delete(name);
    const [oldest] = this.#proven;
    if (oldest !== undefined && this.#proven.size >= maxProven) this.#proven.delete(oldest);
    this.#proven.add(name);
  }
}

/** Who takes turns at having signatures verified, and what its bad ones cost it. */
export interface Account {
  /** All that is verified on the same account takes turns as one. */
  readonly turn: string;
  /** Milliseconds for which no more on it is verified; 0 when it is. */
  wait(): number;
  /** A signature was bad. */
  accuse(): void;
  /** A signature was good. */
  prove(): void;
}
