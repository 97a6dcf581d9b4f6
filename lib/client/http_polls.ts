import { Backoff } from "./backoff.ts";
import { type Context, problem } from "./context.ts";
import { readHttpError } from "./failures.ts";
import type { HttpCourier } from "./http_courier.ts";
import { sleep } from "../protocol/clock.ts";
import type { HttpLink } from "./http_link.ts";
import type { Inbox } from "./inbox.ts";
import type { Positions } from "./positions.ts";
import type { Signer } from "./signer.ts";

/** How long the validator holds a request for games, in seconds. */
const waitSeconds = 30;
const timeoutMs = (waitSeconds + 15) * 1000;
/** Between answers without news, should a validator not hold requests. */
const leastPauseMs = 1000;
/** Between looks for confirmations that were missed. */
const confirmationsMs = 30_000;

/** What polls need. */
export interface HttpPollParts {
  readonly link: HttpLink;
  readonly courier: HttpCourier;
  readonly inbox: Inbox;
  readonly positions: Positions;
  readonly signer: Signer;
  readonly maximumMs: number;
  /** Whether confirmations are awaited. */
  readonly waiting: () => boolean;
}

/** Asks for what a WebSocket would have brought. */
export class HttpPolls {
  readonly #context: Context;
  readonly #parts: HttpPollParts;
  #stop: AbortController | undefined;

  constructor(context: Context, parts: HttpPollParts) {
    this.#context = context;
    this.#parts = parts;
  }

  start(): void {
    if (this.#stop !== undefined) return;
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const backoff = new Backoff({ baseMs: 1000, maximumMs: this.#parts.maximumMs }, this.#context.random);
    void this.#repeat((signal) => this.#games(signal, backoff), signal);
    void this.#repeat((signal) => this.#confirmations(signal), signal);
  }

  stop(): void {
    this.#stop?.abort();
    this.#stop = undefined;
  }

  /** Runs `poll` again and again with the pauses in milliseconds that it answers with. */
  async #repeat(poll: (signal: AbortSignal) => Promise<number>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pauseMs = await poll(signal);
      if (!signal.aborted && pauseMs > 0) await sleep(this.#context.clock, pauseMs, signal);
    }
  }

  async #games(signal: AbortSignal, backoff: Backoff): Promise<number> {
    const { link, inbox, positions, maximumMs } = this.#parts;
    const known = positions.get("games");
    const query = known === undefined ? "" : `?${new URLSearchParams({
      since: String(known.offset),
      epoch: known.epoch,
      wait: String(waitSeconds),
    })}`;
    try {
      const { response, text } = await link.request(`/api/v1/games${query}`, { timeoutMs }, signal);
      if (!response.ok) throw readHttpError(response, undefined);
      const body = JSON.parse(text);
      backoff.reset();
      return !signal.aborted && inbox.games(body) ? 0 : leastPauseMs;
    } catch (error) {
      if (signal.aborted) return 0;
      const { message, retryAfterMs } = error as { message?: string; retryAfterMs?: number };
      if (backoff.attempt === 0) problem(this.#context, "games_unavailable", `Cannot get games: ${message}`);
      return Math.max(backoff.next(), Math.min(retryAfterMs ?? 0, maximumMs));
    }
  }

  async #confirmations(signal: AbortSignal): Promise<number> {
    const { link, courier, positions, signer, waiting } = this.#parts;
    if (!waiting()) return confirmationsMs;
    const known = positions.get("confirmations");
    const query = new URLSearchParams({ hotkey: signer.address, since: String(known?.offset ?? 0) });
    if (known !== undefined) query.set("epoch", known.epoch);
    const request = { headers: signer.headers(), timeoutMs };
    try {
      courier.accept(await link.request(`/api/v1/confirmations?${query}`, request, signal));
    } catch (error) {
      // Nothing is lost by it: what stays unconfirmed is sent again.
      this.#context.log("debug", "Cannot get confirmations", { error: String(error) });
    }
    return confirmationsMs;
  }
}
