import { lookup } from "node:dns/promises";
import { InscriptionError } from "../errors.ts";
import { isPublicAddress } from "./address.ts";

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
