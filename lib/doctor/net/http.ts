import { Reader, Violation } from "./reader.ts";
import type { Link } from "./link.ts";

const longestLine = 8 * 1024;
const mostHeaders = 100;
const longestBody = 64 * 1024;

/** What is asked. */
export interface Request {
  readonly method?: "GET" | "POST";
  readonly authority: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The beginning of an answer. */
export interface Head {
  /** Such as `1.1`. */
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  /** By name in lower case; several of a name are joined with commas. */
  readonly headers: ReadonlyMap<string, string>;
}

/** An answer whose body is read on demand. */
export interface Answer {
  readonly head: Head;
  readonly reader: Reader;
}

/** Sends a request over a connection of its own and reads the answer's head. RFC 9112. */
export async function ask(link: Link, request: Request): Promise<Answer> {
  const { head: first, reader } = await announce(link, request);
  let head = first;
  // Of interim answers, one at most is waited out.
  if (head.status === 100 || head.status === 103) head = await readHead(reader);
  return { head, reader };
}

/** The first that comes in answer to a request, an interim answer too. RFC 9110, section 10.1.1. */
export async function announce(link: Link, request: Request): Promise<Answer> {
  await link.write(new TextEncoder().encode(render(request)));
  const reader = new Reader(link);
  return { head: await readHead(reader), reader };
}

/** The answer with its body, as far as 64 KiB of it. */
export async function askAll(link: Link, request: Request): Promise<{ head: Head; body: string }> {
  const { head, reader } = await ask(link, request);
  const decoder = new TextDecoder();
  let body = "";
  let left = longestBody;
  for await (const piece of bodyOf(head, reader)) {
    body += decoder.decode(piece.subarray(0, left), { stream: true });
    left -= piece.length;
    if (left <= 0) break;
  }
  return { head, body: body + decoder.decode() };
}

/** The pieces of a body as they come, for as long as they come. */
export async function* bodyOf(head: Head, reader: Reader): AsyncGenerator<Uint8Array> {
  if (head.headers.get("transfer-encoding")?.toLowerCase().includes("chunked")) {
    yield* chunks(reader);
    return;
  }
  const length = head.headers.get("content-length");
  let left = length === undefined ? Infinity : Number(length);
  if (Number.isNaN(left)) throw new Violation("content-length is not a number");
  while (left > 0) {
    const piece = await reader.some();
    if (piece === null) return;
    yield piece.subarray(0, left);
    left -= piece.length;
  }
}

async function* chunks(reader: Reader): AsyncGenerator<Uint8Array> {
  for (;;) {
    const size = /^[0-9a-f]{1,8}/i.exec(await reader.line(longestLine))?.[0];
    if (size === undefined) throw new Violation("a chunk of the body has no size");
    let left = parseInt(size, 16);
    if (left === 0) return;
    while (left > 0) {
      const piece = await reader.exactly(Math.min(left, longestLine));
      left -= piece.length;
      yield piece;
    }
    await reader.line(2);
  }
}

function render({ method = "GET", authority, path, headers = {}, body }: Request): string {
  const lines = Object.entries({
    Host: authority,
    "User-Agent": "heliograph-doctor",
    Accept: "*/*",
    Connection: "close",
    ...(body === undefined ? {} : { "Content-Length": String(new TextEncoder().encode(body).length) }),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body ?? ""}`;
}

async function readHead(reader: Reader): Promise<Head> {
  const first = await reader.line(longestLine);
  const [, version, status, reason = ""] = /^HTTP\/(\d\.\d) (\d{3})(?: (.*))?$/s.exec(first) ?? [];
  if (version === undefined) throw new Violation(`the answer is not HTTP, it begins with ${first}`);
  const headers = new Map<string, string>();
  for (let count = 0;; count++) {
    const line = await reader.line(longestLine);
    if (line === "") return { version, status: Number(status), reason, headers };
    if (count >= mostHeaders) throw new Violation(`the answer has more than ${mostHeaders} headers`);
    addHeader(headers, line);
  }
}

function addHeader(headers: Map<string, string>, line: string): void {
  const colon = line.indexOf(":");
  if (colon <= 0) return;
  const name = line.slice(0, colon).trim().toLowerCase();
  const value = line.slice(colon + 1).trim();
  const before = headers.get(name);
  headers.set(name, before === undefined ? value : `${before}, ${value}`);
}
