import { type Clock, systemClock } from "../../protocol/mod.ts";
import { InscriptionError } from "../errors.ts";
import {
  close,
  connect,
  type Connection,
  findTarget,
  parseFileUrl,
  type Resolve,
  systemResolve,
  type Target,
} from "./target.ts";
import { HttpResponse, type ResponseHead } from "./http_response.ts";
import { Flow, Patience } from "./patience.ts";

/** How a file is fetched. Times in milliseconds. */
export interface FetchOptions {
  /** Whether addresses that are not public may be fetched from. */
  readonly allowPrivate: boolean;
  readonly maxSize: number;
  readonly maxRedirects: number;
  /** For everything, redirects included. */
  readonly timeout: number;
  /** For each step: a name, a connection, the next bytes. */
  readonly idleTimeout: number;
  /** Bytes a second of a body, on average, once it has gone on for as long as `idleTimeout`. */
  readonly minRate: number;
  readonly clock: Clock;
  readonly resolve: Resolve;
  readonly connect: (target: Target) => Promise<Connection>;
  readonly signal: AbortSignal;
}

/** Takes a file's pieces one after the other; a piece is only its own until it resolves. */
type Sink = (piece: Uint8Array) => Promise<void>;

const defaults: FetchOptions = {
  allowPrivate: false,
  maxSize: 100 * 1024 * 1024,
  maxRedirects: 5,
  timeout: 300_000,
  idleTimeout: 30_000,
  minRate: 1024,
  clock: systemClock,
  resolve: systemResolve,
  connect,
  signal: new AbortController().signal,
};

/** Bytes that are handed on together: each piece costs the sink a turn of its own. */
const gatherSize = 64 * 1024;
const redirects = [301, 302, 303, 307, 308];

/**
 * Fetches a file over HTTP/1.1. The host's addresses are checked after the name is resolved, again at every redirect,
 * and the connection goes to the checked address, so that no second answer of the name's server can lead elsewhere.
 *
 * @returns the `content-type` that came with it
 * @throws {InscriptionError}
 */
export async function fetchFile(
  url: URL,
  sink: Sink,
  options: Partial<FetchOptions> = {},
): Promise<string | null> {
  const all = { ...defaults, ...options };
  const patience = new Patience(all);
  try {
    let next = url;
    for (let hops = 0; hops <= all.maxRedirects; hops += 1) {
      const target = await patience.within(findTarget(next, all));
      const answer = await request(target, sink, all, patience);
      if (!(answer instanceof URL)) return answer;
      next = answer;
    }
  } catch (error) {
    throw explain(error, all);
  }
  throw failed(`there are more than ${all.maxRedirects} redirects`);
}

/** Answers the content type, or where the file is instead. */
async function request(
  target: Target,
  sink: Sink,
  options: FetchOptions,
  patience: Patience,
): Promise<string | null | URL> {
  const connection = await open(target, options, patience);
  try {
    await patience.within(overNetwork(send(connection, requestText(target.url))));
    const response = new HttpResponse({
      read: (buffer) => patience.within(overNetwork(connection.read(buffer))),
    });
    const head = await response.head();
    const location = head.headers.get("location");
    if (redirects.includes(head.status) && location !== undefined) return parseFileUrl(location, target.url);
    checkHead(head, options.maxSize);
    await receive(response.body(head), sink, options);
    return head.headers.get("content-type") ?? null;
  } finally {
    close(connection);
  }
}

async function open(target: Target, options: FetchOptions, patience: Patience): Promise<Connection> {
  const connecting = overNetwork(options.connect(target));
  try {
    return await patience.within(connecting);
  } catch (error) {
    connecting.then(close, () => {});
    throw error;
  }
}

function requestText({ host, pathname, search }: URL): string {
  return `GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\naccept: */*\r\naccept-encoding: identity\r\n` +
    "user-agent: heliograph\r\nconnection: close\r\n\r\n";
}

async function send(connection: Connection, text: string): Promise<void> {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(await connection.write(bytes));
}

function checkHead({ status, headers }: ResponseHead, maxSize: number): void {
  if (status !== 200) throw failed(`the server answered with status ${status}`);
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") throw failed("it comes in an encoding that was not asked for");
  if (Number(headers.get("content-length") ?? 0) > maxSize) throw tooLarge(maxSize);
}

async function receive(
  body: AsyncIterable<Uint8Array>,
  sink: Sink,
  options: FetchOptions,
): Promise<void> {
  const flow = new Flow(options);
  const gathered = new Uint8Array(gatherSize);
  let length = 0;
  for await (const piece of body) {
    if (flow.count(piece.length) > options.maxSize) throw tooLarge(options.maxSize);
    if (length + piece.length > gatherSize) {
      await sink(gathered.subarray(0, length));
      length = 0;
    }
    if (piece.length > gatherSize) await sink(piece);
    else {
      gathered.set(piece, length);
      length += piece.length;
    }
  }
  if (length > 0) await sink(gathered.subarray(0, length));
}

function explain(error: unknown, { signal }: FetchOptions): unknown {
  if (error instanceof InscriptionError || signal.aborted) return error;
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return failed("it took too long", error);
  }
  if (error instanceof SyntaxError) return failed(error.message, error);
  return error;
}

/** What goes wrong between here and the server is told without saying how: that is its operator's to know. */
async function overNetwork<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (cause) {
    throw failed("there is no connection to the server", cause);
  }
}

function failed(problem: string, cause?: unknown): InscriptionError {
  return new InscriptionError("fetch_failed", `Cannot fetch file: ${problem}`, { cause });
}

function tooLarge(maxSize: number): InscriptionError {
  return new InscriptionError(
    "too_large",
    `Cannot fetch file: it is too large, at most ${maxSize} bytes are taken`,
  );
}
