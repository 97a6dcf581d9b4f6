import { UsageError } from "../config/mod.ts";

/** The endpoint that is examined. */
export interface Target {
  /** The URL without credentials and query, which may hold secrets. */
  readonly shown: string;
  readonly secure: boolean;
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** What the `Host` header says. */
  readonly authority: string;
  /** Path and query. */
  readonly path: string;
  /** What the paths of a gateway are appended to. */
  readonly base: string;
  /** Whether the URL says that a plain WebSocket is expected there. */
  readonly wantsWebSocket: boolean;
}

const schemes: Record<string, { readonly secure: boolean; readonly socket: boolean } | undefined> = {
  "ws:": { secure: false, socket: true },
  "wss:": { secure: true, socket: true },
  "http:": { secure: false, socket: false },
  "https:": { secure: true, socket: false },
};

/** Reads `ws://`, `wss://`, `http://` and `https://` URLs and bare `host:port`. Throws a {@link UsageError}. */
export function readTarget(address: string): Target {
  const text = address.includes("://") ? address : `http://${address}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url && schemes[url.protocol];
  if (url === undefined || scheme === undefined || url.hostname === "") {
    throw new UsageError("Cannot use this URL: expected ws://, wss://, http:// or https://, or HOST:PORT");
  }
  const { protocol, host, hostname, pathname, search } = url;
  return {
    shown: `${protocol}//${host}${pathname}`,
    secure: scheme.secure,
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (scheme.secure ? 443 : 80),
    authority: host,
    path: pathname + search,
    base: pathname.replace(/\/(?:ws(?:\/stream|\/health)?|socket\.io)?\/?$/, ""),
    wantsWebSocket: scheme.socket && !pathname.includes("/socket.io"),
  };
}
