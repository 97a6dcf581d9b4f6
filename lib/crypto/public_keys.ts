import { decodeAddress } from "./address.ts";

/** Public keys by address; decoding one costs a twentieth of a verification. The least recently used leave first. */
export class PublicKeys {
  readonly #keys = new Map<string, Uint8Array>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Throws as {@link decodeAddress} does; an address that is none takes no room. */
  get(address: string): Uint8Array {
    const key = this.#keys.get(address) ?? decodeAddress(address);
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
