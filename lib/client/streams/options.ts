import { type Clock, systemClock } from "../../protocol/clock.ts";
import { type StreamFormat, streamSubprotocols } from "../../protocol/streams.ts";
import { reconnectBounds } from "../backoff.ts";
import type { Fetch } from "../http_link.ts";
import type { WebSocketLike } from "../socket.ts";
import { canInflate } from "./inflate.ts";
import type { Page } from "./page_watch.ts";
import { type StreamUrls, streamUrls } from "./stream_urls.ts";

/** What a stream client uses of a WebSocket. */
export interface StreamSocket extends WebSocketLike {
  binaryType: string;
}

/** The WebSocket class of browsers, Deno and Node from version 22 on, or another like it. */
export type StreamSocketClass = new (url: string, protocols?: string[]) => StreamSocket;

/** What a stream client is made from. Intervals are in milliseconds. */
export interface StreamClientOptions {
  /** A `ws://`, `wss://`, `http://` or `https://` URL; the path is `/ws/stream` when none is given. */
  readonly url: string;
  /** How messages are framed, where the server can; default `plain`. `deflate` needs a DecompressionStream. */
  readonly format?: StreamFormat | undefined;
  /** False: the client is closed when its connection ends. Default true. */
  readonly reconnect?: boolean | undefined;
  /** The shortest wait before a new attempt to connect. Default 1000. */
  readonly reconnectInterval?: number | undefined;
  /** The longest one. Default 30000. */
  readonly maxReconnectInterval?: number | undefined;
  /** Server-sent events and long polling where WebSockets do not get through. Default true. */
  readonly fallback?: boolean | undefined;
  /** No connection while the page is hidden. Default true where there is a document. */
  readonly pauseWhenHidden?: boolean | undefined;
  readonly clock?: Clock | undefined;
  /** From 0 up to but not including 1; by default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** By default the runtime's own; without any, the fallbacks serve. */
  readonly WebSocket?: StreamSocketClass | undefined;
  readonly fetch?: Fetch | undefined;
  readonly document?: Page | undefined;
}

/** {@link StreamClientOptions} with every default filled in. */
export interface StreamSettings {
  readonly urls: StreamUrls;
  /** The subprotocols to offer. */
  readonly protocols: readonly string[];
  readonly reconnect: boolean;
  readonly baseMs: number;
  readonly maximumMs: number;
  readonly fallback: boolean;
  readonly pauseWhenHidden: boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly WebSocket: StreamSocketClass | undefined;
  readonly fetch: Fetch;
  readonly page: Page | undefined;
}

/**
 * Fills in the defaults. Throws a SyntaxError for a URL that cannot be used, and a RangeError for an interval that is not
 * above 0.
 */
export function streamSettings(options: StreamClientOptions): StreamSettings {
  const { document } = globalThis as { readonly document?: Page };
  return {
    urls: streamUrls(options.url),
    protocols: protocolsOf(options.format ?? "plain"),
    reconnect: options.reconnect ?? true,
    ...reconnectBounds(options),
    fallback: options.fallback ?? true,
    pauseWhenHidden: options.pauseWhenHidden ?? true,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    WebSocket: options.WebSocket ?? globalThis.WebSocket,
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    page: options.document ?? document,
  };
}

/** A plain client offers none: browsers refuse servers that do not choose one of those offered. */
function protocolsOf(format: StreamFormat): readonly string[] {
  if (format === "plain" || (format === "deflate" && !canInflate())) return [];
  return [streamSubprotocols[format], streamSubprotocols.plain];
}
