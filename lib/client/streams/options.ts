import { type StreamFormat, streamSubprotocols } from "../../protocol/streams.ts";
import { type ConnectOptions, type ConnectSettings, connectSettings } from "../connect_options.ts";
import type { WebSocketLike } from "../socket.ts";
import { canInflate } from "./inflate.ts";
import type { Page } from "./page_watch.ts";

/** What a stream client uses of a WebSocket. */
export interface StreamSocket extends WebSocketLike {
  /** How binary frames come. */
  binaryType: string;
}

/** The WebSocket class of browsers, Deno and Node from version 22 on, or another like it. */
export type StreamSocketClass = new (url: string, protocols?: string[]) => StreamSocket;

/** What a stream client is made from. Times are in milliseconds. */
export interface StreamClientOptions extends ConnectOptions {
  /** A `ws://`, `wss://`, `http://` or `https://` URL; the path is `/ws/stream` when none is given. */
  readonly url: string;
  /** How messages are framed, where the server can; default `plain`. `deflate` needs a DecompressionStream. */
  readonly format?: StreamFormat | undefined;
  /** False: the client is closed when its connection ends. Default true. */
  readonly reconnect?: boolean | undefined;
  /** Server-sent events and long polling where WebSockets do not get through. Default true. */
  readonly fallback?: boolean | undefined;
  /** No connection while the page is hidden. Default true where there is a document. */
  readonly pauseWhenHidden?: boolean | undefined;
  /** By default the runtime's own; without any, the fallbacks serve. */
  readonly WebSocket?: StreamSocketClass | undefined;
  /** By default the page's own. */
  readonly document?: Page | undefined;
}

/** {@link StreamClientOptions} with every default filled in. */
export interface StreamSettings extends ConnectSettings {
  readonly urls: StreamUrls;
  /** The subprotocols to offer. */
  readonly protocols: readonly string[];
  readonly reconnect: boolean;
  readonly fallback: boolean;
  readonly pauseWhenHidden: boolean;
  readonly WebSocket: StreamSocketClass | undefined;
  readonly page: Page | undefined;
}

/**
 * Fills in the defaults. Throws a SyntaxError for a URL that cannot be used, and a RangeError for an interval that is not
 * above 0.
 */
export function streamSettings(options: StreamClientOptions): StreamSettings {
  const { document } = globalThis as { readonly document?: Page };
  return {
    ...connectSettings(options),
    urls: streamUrls(options.url),
    protocols: protocolsOf(options.format ?? "plain"),
    reconnect: options.reconnect ?? true,
    fallback: options.fallback ?? true,
    pauseWhenHidden: options.pauseWhenHidden ?? true,
    WebSocket: options.WebSocket ?? globalThis.WebSocket,
    page: options.document ?? document,
  };
}

/** A plain client offers none: browsers refuse servers that do not choose one of those offered. */
function protocolsOf(format: StreamFormat): readonly string[] {
  if (format === "plain" || (format === "deflate" && !canInflate())) return [];
  return [streamSubprotocols[format], streamSubprotocols.plain];
}

/** Where the streams of one gateway are. */
interface StreamUrls {
  /** Where WebSockets connect. */
  readonly socket: string;
  /** What the paths of HTTP requests are appended to. */
  readonly http: string;
  /** For people: without a query, which may hold a secret. */
  readonly name: string;
}

const schemes: Record<string, readonly [socket: string, http: string] | undefined> = {
  "ws:": ["ws:", "http:"],
  "http:": ["ws:", "http:"],
  "wss:": ["wss:", "https:"],
  "https:": ["wss:", "https:"],
};

/**
 * Reads `ws://`, `wss://`, `http://` and `https://` URLs; the path is `/ws/stream` when none is given. Throws a
 * SyntaxError for anything else.
 */
function streamUrls(address: string): StreamUrls {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const pair = url && schemes[url.protocol];
  if (url === undefined || pair === undefined) {
    throw new SyntaxError(
      `Cannot stream from ${address}: expected a ws://, wss://, http:// or https:// URL`,
    );
  }
  const path = url.pathname === "/" ? "/ws/stream" : url.pathname;
  const name = `${pair[0]}//${url.host}${path}`;
  const prefix = path.replace(/(?:\/ws)?(?:\/stream)?\/*$/, "");
  return { socket: name + url.search, http: `${pair[1]}//${url.host}${prefix}`, name };
}
