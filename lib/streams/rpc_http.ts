import { maxDepth } from "../protocol/mod.ts";
import { NodeError } from "./node.ts";
import { isRecord, nonsense } from "./rpc_messages.ts";

const largestAnswer = 1024 * 1024;

/** The `fetch` that a node is reached with. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** There was an answer, but none to go by. */
export class UnusableAnswer extends NodeError {}

/** What fetch says when it fails, which has no codes, and what it means. */
const failures: readonly (readonly [RegExp, string])[] = [
  [/refused/i, "the node refused the connection"],
  [/dns|lookup/i, "the node's host name is not known"],
  [/certificate|tls|corrupt message/i, "no secure connection to the node came about"],
  [/closed|reset|eof/i, "the node cut the connection"],
];

/** Posts JSON to one node. */
export class RpcHttp {
  readonly #fetch: Fetch;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, fetch: Fetch) {
    const { bare, authorization } = splitCredentials(url);
    this.#fetch = fetch;
    this.#url = bare;
    this.#headers = {
      "content-type": "application/json",
      accept: "application/json",
      ...(authorization === undefined ? {} : { authorization }),
    };
  }

  /**
   * Answers the JSON that comes back.
   *
   * @param method what is asked for, to be named in errors
   * @throws {UnusableAnswer} when something else comes back
   * @throws {NodeError} when nothing comes back; the reason of `signal` when that is aborted
   */
  async post(message: unknown, method: string, signal: AbortSignal): Promise<unknown> {
    const response = await this.#send(JSON.stringify(message), signal);
    const text = await readText(response, method, signal);
    const answer = parse(text);
    // Some nodes send an error with the status that they find fitting.
    if (response.ok || (isRecord(answer) && isRecord(answer["error"]))) {
      if (answer === undefined) throw unusable(method, `expected JSON at most ${maxDepth} levels deep`);
      return answer;
    }
    throw new UnusableAnswer(`the node answered HTTP ${response.status}`);
  }

  async #send(body: string, signal: AbortSignal): Promise<Response> {
    try {
      // A redirect is an answer like any other that is not one of JSON-RPC: it is not followed.
      const init = { method: "POST", headers: this.#headers, body, redirect: "manual", signal } as const;
      return await this.#fetch(this.#url, init);
    } catch (error) {
      throw failureOf(error, signal);
    }
  }
}

async function readText(response: Response, method: string, signal: AbortSignal): Promise<string> {
  const decoder = new TextDecoder();
  let size = 0;
  let text = "";
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > largestAnswer) break;
      text += decoder.decode(chunk, { stream: true });
    }
  } catch (error) {
    throw failureOf(error, signal);
  }
  if (size > largestAnswer) throw unusable(method, "larger than 1 MiB");
  return text + decoder.decode();
}

function unusable(method: string, detail: string): UnusableAnswer {
  return new UnusableAnswer(nonsense(method, detail).message);
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isWithin(value, maxDepth) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((member) => isWithin(member, depth - 1));
}

/** What went wrong without what fetch says of it, since that names the URL. */
function failureOf(error: unknown, signal: AbortSignal): NodeError {
  if (signal.reason instanceof NodeError) return signal.reason;
  const text = error instanceof Error ? `${error.message} ${error.cause}` : "";
  const known = failures.find(([pattern]) => pattern.test(text));
  return new NodeError(known?.[1] ?? "the connection to the node failed");
}

/** The URL without credentials, and these as a header's value. RFC 7617. */
function splitCredentials(text: string): { bare: string; authorization: string | undefined } {
  const url = new URL(text);
  const credentials = `${decode(url.username)}:${decode(url.password)}`;
  url.username = url.password = "";
  if (credentials === ":") return { bare: url.href, authorization: undefined };
  const bytes = String.fromCharCode(...new TextEncoder().encode(credentials));
  return { bare: url.href, authorization: `Basic ${btoa(bytes)}` };
}

/** A percent sign may have been meant as one. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
