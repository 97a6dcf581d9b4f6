import ipaddr from "ipaddr.js";
import { lookup } from "node:dns/promises";
import { InscriptionError } from "../errors.ts";
import type { ByteSource } from "./http_response.ts";

/** The globally routed part of IPv6 (RFC 4291, section 2.4): mapped, compatible and translated addresses lie outside. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Whether an IP address belongs to a host on the public Internet: not to this machine or its networks, not to a
 * provider's metadata service, and not to an address that carries another one within (IPv4-mapped, NAT64, 6to4, Teredo).
 */
export function isPublicAddress(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address).range() === "unicast";
  if (!ipaddr.IPv6.isValid(address)) return false;
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.range() === "unicast" && parsed.match(globalUnicast);
}

/** Answers all addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** What a connection goes to: the address that was checked, whatever the name says a moment later. */
export interface Target {
  readonly url: URL;
  readonly address: string;
  readonly port: number;
}

/** The operating system's resolver. */
export const systemResolve: Resolve = async (hostname) => {
  const found = await lookup(hostname, { all: true });
  return found.map(({ address }) => address);
};

/**
 * Reads a URL from which a file may be fetched.
 *
 * @throws {InscriptionError} `url_refused`
 */
export function parseFileUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base);
  if (url === null) refuse("it is malformed");
  if (url.protocol !== "http:" && url.protocol !== "https:") refuse("expected http:// or https://");
  if (url.username !== "" || url.password !== "") refuse("expected one without a user name and password");
  url.hash = "";
  return url;
}

/**
 * Finds out where a URL leads. Every address of its host has to be public, unless `allowPrivate`.
 *
 * @throws {InscriptionError} `url_refused` or `fetch_failed`
 */
export async function findTarget(
  url: URL,
  { resolve, allowPrivate }: { resolve: Resolve; allowPrivate: boolean },
): Promise<Target> {
  const addresses = await addressesOf(url.hostname, resolve);
  if (!allowPrivate && !addresses.every(isPublicAddress)) {
    refuse(`${url.hostname} is not an address on the public Internet`);
  }
  const [address] = addresses;
  if (address === undefined) throw unresolved(url.hostname);
  return { url, address, port: url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port) };
}

/** Spellings of an IPv4 address in other bases are in dotted form by now: the URL parser has seen to it. */
async function addressesOf(hostname: string, resolve: Resolve): Promise<readonly string[]> {
  if (hostname.startsWith("[")) return [hostname.slice(1, -1)];
  if (/^[\d.]+$/.test(hostname)) return [hostname];
  try {
    return await resolve(hostname);
  } catch (cause) {
    throw unresolved(hostname, cause);
  }
}

function unresolved(hostname: string, cause?: unknown): InscriptionError {
  return new InscriptionError("fetch_failed", `Cannot fetch file: ${hostname} has no address`, { cause });
}

function refuse(problem: string): never {
  throw new InscriptionError("url_refused", `Cannot fetch file: the URL is refused, ${problem}`);
}

/** A connection over which a request goes. */
export interface Connection extends ByteSource {
  write(data: Uint8Array): Promise<number>;
  close(): void;
}

/** Opens a connection to the target's address, and for https:// proves that it is the URL's host that answers. */
export async function connect({ url, address, port }: Target): Promise<Connection> {
  const connection = await Deno.connect({ hostname: address, port });
  if (url.protocol !== "https:") return connection;
  try {
    const secure = await Deno.startTls(connection, { hostname: url.hostname.replace(/^\[|\]$/g, "") });
    await secure.handshake();
    return secure;
  } catch (error) {
    close(connection);
    throw error;
  }
}

/** Closes a connection, which the other side, or a TLS handshake that failed, may have done before. */
export function close(connection: { close(): void }): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
