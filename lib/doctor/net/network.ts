import { lookup } from "node:dns/promises";
import {
  type CertifiedLink,
  type Link,
  refusalOf,
  TcpLink,
  TlsLink,
  type TlsRefusal,
  type TlsTarget,
} from "./link.ts";

/** An address that a name stands for. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** What the doctor asks of the network; tests hand in their own. */
export interface Network {
  /** All addresses of a name. Rejects with a `code` such as `ENOTFOUND`. */
  lookup(name: string): Promise<readonly Address[]>;
  connect(address: string, port: number): Promise<Link>;
  /** Connects and shakes hands, with any certificate. */
  connectTls(target: TlsTarget): Promise<CertifiedLink>;
  /** Why a client that accepts no bad certificate does not connect; undefined: it does. */
  verifyTls(target: TlsTarget): Promise<TlsRefusal | undefined>;
}

/** The machine's own network. */
export const systemNetwork: Network = {
  async lookup(name) {
    const found = await lookup(name, { all: true });
    return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
  },
  async connect(address, port) {
    return new TcpLink(await Deno.connect({ hostname: address, port }));
  },
  connectTls: TlsLink.open,
  verifyTls: refusalOf,
};
