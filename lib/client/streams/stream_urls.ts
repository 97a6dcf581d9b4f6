/** Where the streams of one gateway are. */
export interface StreamUrls {
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
export function streamUrls(address: string): StreamUrls {
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
