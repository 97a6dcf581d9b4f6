import { decodeAddress } from "./address.ts";
import { toVerifyingKey, type VerifyingKey } from "./schnorrkel.ts";

/** Keys by address: to decode one, and to see whether it is a key, takes half a verification. The least recently used leave first. */
export class VerifyingKeys {
  readonly #keys = new Map<string, VerifyingKey>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Throws as {@link decodeAddress} does, or where an address is not of a key; such an address takes no room. */
  get(address: string): VerifyingKey {
    const key = this.#keys.get(address) ?? toVerifyingKey(decodeAddress(address));
    this.#keys.delete(address);
    this.#keys.set(address, key);
    if (this.#keys.size > this.#limit) this.#dropOldest();
    return key;
  }

  get size(): number {
    return this.#keys.size;
  }

  #dropOldest(): void {
    for (const address of this.#keys.keys()) {
      this.#keys.delete(address);
      return;
    }
  }
}
