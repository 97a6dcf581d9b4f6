import type { PeerInfo } from "./engine_options.ts";

/** The request that opened a session, as far as socket.io and its middleware read a node request. */
export interface HandshakeRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** With names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly connection: { readonly encrypted: boolean; readonly remoteAddress: string };
  /** The query, from which socket.io makes `handshake.query`. */
  readonly _query: Readonly<Record<string, string>>;
}

/** Keeps what socket.io reads of a request: once upgraded, the request itself tells nothing more. */
export function handshakeRequest(request: Request, url: URL, info: PeerInfo): HandshakeRequest {
  return {
    method: request.method,
    url: url.pathname + url.search,
    headers: record(request.headers),
    connection: { encrypted: info.secure, remoteAddress: info.address },
    _query: record(url.searchParams),
  };
}

function record(entries: Iterable<[string, string]>): Record<string, string> {
  const plain: Record<string, string> = Object.create(null);
  for (const [name, value] of entries) plain[name] = value;
  return plain;
}
