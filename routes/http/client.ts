import ipaddr from "ipaddr.js";
import type { PortInfo, TrustedProxies } from "../../lib/ports/mod.ts";
import { authorityOf, isHost } from "./request_target.ts";

/** Who asks, and how it reached us. */
export interface Client {
  /** The IP address that is logged and counted; `local` where there is none. */
  readonly address: string;
  /** Whether it came over TLS, to us or to a trusted proxy. */
  readonly secure: boolean;
  /** The host and port that it asked for; null where that is nothing that could be told to others. */
  readonly host: string | null;
}

/** Hops that are looked at; a longer chain is somebody's invention. */
const maxHops = 16;

/** The client behind a request: the peer itself or, where trusted proxies handed it on, whom the last of them names. */
export function readClient(request: Request, info: PortInfo, proxies: TrustedProxies): Client {
  const { headers, url } = request;
  const peer = "hostname" in info.remoteAddr ? info.remoteAddr.hostname : "local";
  const secure = url.startsWith("https:");
  // Over HTTP/2 the URL alone has it.
  const host = readHost(headers.get("host") ?? authorityOf(url));
  if (!proxies.include(peer)) return { address: peer, secure, host };
  const protocol = lastOf(headers.get("x-forwarded-proto"))?.toLowerCase();
  return {
    address: behind(peer, headers.get("x-forwarded-for"), proxies),
    secure: protocol === undefined ? secure : protocol === "https" || protocol === "wss",
    host: readHost(lastOf(headers.get("x-forwarded-host"))) ?? host,
  };
}

/** Each proxy adds its peer at the end, so that only what stands behind the last untrusted one could be forged. */
function behind(peer: string, forwardedFor: string | null, proxies: TrustedProxies): string {
  const hops = forwardedFor?.split(",").slice(-maxHops).toReversed() ?? [];
  let address = peer;
  for (const hop of hops) {
    const next = readAddress(hop.trim());
    if (next === undefined) return address;
    address = next;
    if (!proxies.include(address)) return address;
  }
  return address;
}

/** An address as proxies write it: bare, with a port, in brackets. */
function readAddress(text: string): string | undefined {
  const [, bracketed, dotted] = /^\[([\da-f:.]+)\](?::\d+)?$|^([\d.]+):\d+$/i.exec(text) ?? [];
  const address = bracketed ?? dotted ?? text;
  const isPlain = ipaddr.IPv4.isValidFourPartDecimal(address) || ipaddr.IPv6.isValid(address);
  return isPlain && address.length <= 45 ? ipaddr.process(address).toString() : undefined;
}

/** The one that the nearest proxy wrote. */
function lastOf(list: string | null): string | undefined {
  return list?.split(",").at(-1)?.trim();
}

function readHost(text: string | null | undefined): string | null {
  return text !== null && text !== undefined && isHost(text) ? text : null;
}
