import type { Clock } from "../protocol/mod.ts";

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
    const timeout = new AbortController();
    const timer = this.#clock.after(
      timeoutMs,
      () => timeout.abort(new Error(`no answer in ${timeoutMs} ms`)),
    );
    try {
      const response = await this.#fetch(this.#base + path, {
        ...init,
        signal: AbortSignal.any([timeout.signal, signal]),
      });
      return { response, text: await response.text() };
    } finally {
      timer.cancel();
    }
  }
}

/** Resolves after a time, or at once when `signal` is aborted. */
export function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(milliseconds, resolve);
    signal.addEventListener("abort", () => {
      timer.cancel();
      resolve();
    }, { once: true });
  });
}
