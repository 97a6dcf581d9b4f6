import { addressGroup } from "./address_group.ts";

/** How many of something each address has; an IPv6 network of 64 bits is one address. */
export class AddressCounts {
  readonly #counts = new Map<string, number>();

  of(address: string): number {
    return this.#counts.get(addressGroup(address)) ?? 0;
  }

  add(address: string, change: 1 | -1): void {
    const group = addressGroup(address);
    const count = (this.#counts.get(group) ?? 0) + change;
    if (count > 0) this.#counts.set(group, count);
    else this.#counts.delete(group);
  }
}
