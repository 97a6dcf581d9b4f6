import ipaddr from "ipaddr.js";

/**
 * Under which name an address is counted where each may do so much: an IPv6 customer has 2^64 addresses at the least
 * (RFC 6177), and so counts as one network; an IPv4 address within an IPv6 one counts as itself.
 */
export function addressGroup(address: string): string {
  if (!address.includes(":") || !ipaddr.IPv6.isValid(address)) return address;
  const parsed = ipaddr.IPv6.parse(address);
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  return `${parsed.parts.slice(0, 4).map((part) => part.toString(16)).join(":")}::/64`;
}

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
