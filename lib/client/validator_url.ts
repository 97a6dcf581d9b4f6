/** Where one validator is reached. */
export interface ValidatorUrls {
  /** Where WebSockets connect. */
  readonly socket: string;
  /** What the paths of HTTP requests are appended to. */
  readonly http: string;
}

/** A validator as configured: its address and, where known, its hotkey. */
export interface ValidatorAddress {
  /** Where it is reached. */
  readonly url: string;
  /** Who it has to be; undefined: whoever signs there first. */
  readonly hotkey?: string | undefined;
}

const schemes: Record<string, readonly [socket: string, http: string]> = {
  "ws:": ["ws:", "http:"],
  "http:": ["ws:", "http:"],
  "wss:": ["wss:", "https:"],
  "https:": ["wss:", "https:"],
};

/**
 * Reads `ws://`, `wss://`, `http://` and `https://` URLs and bare `host:port`; the path is `/ws` when none is given.
 * Throws a SyntaxError for anything else.
 */
export function validatorUrls(address: string): ValidatorUrls {
  const text = address.includes("://") ? address : `ws://${address}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const pair = url && schemes[url.protocol];
  if (url === undefined || pair === undefined) {
    throw new SyntaxError(
      `Cannot use validator ${address}: expected a ws://, wss://, http:// or https:// URL`,
    );
  }
  const path = url.pathname === "/" ? "/ws" : url.pathname;
  const host = `//${url.host}`;
  return { socket: pair[0] + host + path + url.search, http: pair[1] + host + path.replace(/\/ws\/?$/, "") };
}

/** Reads `URL`, `URL#HOTKEY`, `URL HOTKEY` and `URL # HOTKEY`. */
export function parseValidator(text: string): ValidatorAddress {
  const [url = "", hotkey] = text.trim().split(/[\s#]+/);
  return { url, hotkey: hotkey === "" ? undefined : hotkey };
}
