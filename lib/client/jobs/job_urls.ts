/** Where the jobs of one gateway are. */
export interface JobUrls {
  /** What the paths of HTTP requests are appended to; it names the gateway in errors too. */
  readonly http: string;
  /** Where Socket.IO connects: an origin, and the path there. */
  readonly origin: string;
  readonly socketPath: string;
  /** Whether connections are encrypted. */
  readonly secure: boolean;
}

const schemes: Record<string, string | undefined> = {
  "ws:": "http:",
  "http:": "http:",
  "wss:": "https:",
  "https:": "https:",
};

/**
 * Reads `http://`, `https://`, `ws://` and `wss://` URLs. A path is where the gateway is mounted; a query is left out.
 * Throws a SyntaxError for anything else, and for a URL with a password, which would show in errors.
 */
export function jobUrls(address: string): JobUrls {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const scheme = url && schemes[url.protocol];
  if (url === undefined || scheme === undefined || url.username !== "" || url.password !== "") {
    throw new SyntaxError("Cannot use the URL: expected http://HOST or https://HOST, without a user name");
  }
  const origin = `${scheme}//${url.host}`;
  const prefix = url.pathname.replace(/(?:\/socket\.io)?\/*$/, "");
  return {
    http: origin + prefix,
    origin,
    socketPath: `${prefix}/socket.io/`,
    secure: scheme === "https:",
  };
}
