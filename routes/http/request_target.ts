import { BadRequest } from "./errors.ts";

const web = /^https?:\/\/([^/?#]*)(\/[^?#]*)/i;
const plainHost = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;
/** Where Socket.IO's clients connect. */
const slashed = "/socket.io/";
/** A name of 255 characters, a colon and a port. */
const longestHost = 261;

/** The host and port that a request's URL names; what is no URL of the web names none. */
export function authorityOf(url: string): string | undefined {
  return web.exec(url)?.[1];
}

/**
 * The path that was asked for, as it was written: nothing decoded, nothing resolved. A slash at the end makes no difference,
 * but where it belongs to the path.
 */
export function pathOf({ url }: Request): string {
  const path = web.exec(url)?.[2] ?? "/";
  const isBare = !/[^/]\/$/.test(path) || path.startsWith(slashed);
  return isBare ? path : path.slice(0, -1);
}

/** The one that was found to be a host last: most requests ask for the same. */
let known = "";

/** Whether this is a host, with or without a port, and nothing else. */
export function isHost(text: string): boolean {
  if (text === known) return true;
  const isOne = text.length <= longestHost && plainHost.test(text) && URL.canParse(`http://${text}`);
  if (isOne) known = text;
  return isOne;
}

/**
 * Refuses a request whose host is none (400). The runtime writes what `Host` says and the request's target into one URL, so
 * that `Host: gateway/admin?` would be part of the path, which no proxy in front has seen as such.
 */
export function checkHost({ url, headers }: Request): void {
  const authority = authorityOf(url);
  const host = headers.get("host") ?? authority;
  if (authority === undefined || !isHost(authority) || host?.toLowerCase() !== authority.toLowerCase()) {
    throw new BadRequest("the host is not a name or address with an optional port");
  }
}
