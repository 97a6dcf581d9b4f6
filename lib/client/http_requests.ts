import { type Clock, sleep } from "../protocol/clock.ts";
import type { Backoff } from "./reconnector.ts";
import { readBounded } from "./read_bounded.ts";
import { isRecord, parseJson } from "./json.ts";
import { shown } from "./streams/server_message.ts";

/** The `fetch` that a client uses. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** What a request carries. */
export interface HttpRequest {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** How long the whole answer may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How large the answer may be, in bytes; by default 8 MiB. */
  readonly maxSize?: number;
}

const maxAnswerSize = 8 * 1024 * 1024;
const maxRefusalSize = 64 * 1024;

/** An answer with a status of 400 or above. */
export class HttpRefusal extends Error {
  override readonly name = "HttpRefusal";
  readonly status: number;
  readonly headers: Headers;
  /** The body, as far as it could be read. */
  readonly text: string;
  /** The word by which the server names its error. */
  readonly code: string | undefined;
  /** After which the server wants to be asked again, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor({ status, headers }: Pick<Response, "status" | "headers">, text: string) {
    const body = parseJson(text);
    const error = isRecord(body) && isRecord(body["error"]) ? body["error"] : {};
    const { message } = isRecord(body) ? body : {};
    super(shown(error["message"], shown(message, `HTTP status ${status}`)));
    this.status = status;
    this.headers = headers;
    this.text = text;
    this.code = typeof error["code"] === "string" ? error["code"] : undefined;
    this.retryAfterMs = milliseconds(error["retry_after_ms"]) ?? retryAfter(headers);
  }
}

/** Asks one server over HTTP, for every client: in time, within bounds, and again when it is worth it. */
export class HttpRequests {
  readonly #clock: Clock;
  readonly #fetch: Fetch;
  readonly #base: string;

  /** The paths of requests are appended to `base`. */
  constructor({ clock, fetch }: { readonly clock: Clock; readonly fetch: Fetch }, base: string) {
    this.#clock = clock;
    this.#fetch = fetch;
    this.#base = base;
  }

  /**
   * The text of an answer. Rejects with an {@link HttpRefusal}, and otherwise when no full answer comes in time, it is
   * too large, or `signal` is aborted.
   */
  async ask(
    path: string,
    { timeoutMs, maxSize = maxAnswerSize, ...init }: HttpRequest,
    signal: AbortSignal,
  ): Promise<string> {
    const controller = new AbortController();
    const stop = () => controller.abort(signal.reason);
    const late = new Error(`no answer in ${timeoutMs / 1000} s`);
    const timer = this.#clock.after(timeoutMs, () => controller.abort(late));
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    try {
      const response = await this.open(path, { ...init, signal: controller.signal });
      return await textOf(response, maxSize);
    } finally {
      timer.cancel();
      signal.removeEventListener("abort", stop);
    }
  }

  /** An answer whose body comes for as long as it likes. Rejects with an {@link HttpRefusal}. */
  async open(path: string, init: RequestInit): Promise<Response> {
    const response = await this.#fetch(this.#base + path, { cache: "no-store", ...init });
    if (response.ok) return response;
    throw new HttpRefusal(response, await textOf(response, maxRefusalSize).catch(() => ""));
  }
}

async function textOf({ body }: Response, limit: number): Promise<string> {
  return body === null ? "" : new TextDecoder().decode(await readBounded(body, limit));
}

/** How one asks again and again. */
interface Persistence {
  readonly clock: Clock;
  readonly backoff: Backoff;
  readonly signal: AbortSignal;
  /** Told of every failure, and how many there were in a row; answers with the pause that the server asks for, or Infinity. */
  readonly failed: (error: unknown, failures: number) => number | undefined;
}

/** A server that asks to be asked again at once is not hammered. */
const leastPauseMs = 100;

/**
 * Asks again and again until the signal aborts. `turn` answers with the pause until the next one, in milliseconds: Infinity
 * ends it. After a failure the pause is what the server asks for, or grows from one to the next.
 */
export async function persist(
  turn: () => Promise<number>,
  { clock, backoff, signal, failed }: Persistence,
): Promise<void> {
  const attempt = async () => {
    try {
      const pauseMs = await turn();
      backoff.reset();
      return pauseMs;
    } catch (error) {
      if (signal.aborted) return 0;
      const drawn = backoff.next();
      const asked = failed(error, backoff.attempt);
      if (asked === undefined || asked === Infinity) return asked ?? drawn;
      return Math.min(Math.max(asked, leastPauseMs), backoff.maximumMs);
    }
  };
  while (!signal.aborted) {
    const pauseMs = await attempt();
    if (pauseMs === Infinity) return;
    if (!signal.aborted) await sleep(clock, pauseMs, signal);
  }
}

/** A number of milliseconds that a server named; undefined when it is none. */
export function milliseconds(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** RFC 9110: seconds. */
function retryAfter(headers: Headers): number | undefined {
  return milliseconds(Number(headers.get("retry-after") ?? NaN) * 1000);
}
