import type { Clock } from "../protocol/mod.ts";
import { inTime } from "./in_time.ts";

/** The `fetch` that a client uses. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** What a request carries. */
export interface HttpRequest {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly timeoutMs: number;
}

/** An answer that was read in full. */
export interface HttpAnswer {
  readonly response: Response;
  readonly text: string;
}

/** Requests to one validator, each with a limit on its time. */
export class HttpLink {
  readonly #clock: Clock;
  readonly #fetch: Fetch;
  readonly #base: string;

  constructor(clock: Clock, fetch: Fetch, base: string) {
    this.#clock = clock;
    this.#fetch = fetch;
    this.#base = base;
  }

  /** Rejects when no full answer comes in time, or `signal` is aborted. */
  async request(path: string, { timeoutMs, ...init }: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const late = `no answer in ${timeoutMs} ms`;
    return await inTime(
      { clock: this.#clock, milliseconds: timeoutMs, late, outer: signal },
      async (signal) => {
        const response = await this.#fetch(this.#base + path, { ...init, signal });
        return { response, text: await response.text() };
      },
    );
  }
}

/** A number of milliseconds that a server named; undefined when it is none. */
export function milliseconds(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** How long a refusal says to wait, in milliseconds: what its body names, else the header Retry-After (RFC 9110). */
export function waitOf(headers: Headers, named: unknown): number | undefined {
  return milliseconds(named) ?? milliseconds(Number(headers.get("retry-after") ?? NaN) * 1000);
}
