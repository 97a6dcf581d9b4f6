import ipaddr from "ipaddr.js";

type Network = ReturnType<typeof ipaddr.parseCIDR>;

/** The proxies that are believed when they say for whom they ask. */
export class TrustedProxies {
  readonly #networks: readonly Network[];

  /** Takes networks in CIDR notation. */
  constructor(networks: readonly string[]) {
    this.#networks = networks.map((network) => ipaddr.parseCIDR(network));
  }

  /** Whether an IP address belongs to one of them. */
  include(address: string): boolean {
    if (this.#networks.length === 0 || !ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    return this.#networks.some(([network, bits]) =>
      network.kind() === parsed.kind() && parsed.match(network, bits)
    );
  }
}
