import { Backoff } from "./reconnector.ts";
import { type Context, problem } from "./context.ts";
import { type Failure, readHttpError } from "./failures.ts";
import type { HttpCarrier } from "./http_carrier.ts";
import { HttpRefusal, type HttpRequests, persist } from "./http_requests.ts";
import type { Inbox } from "./inbox.ts";
import type { Positions } from "./positions.ts";
import type { Signer } from "./signer.ts";

/** How long the validator holds a request for games, in seconds. */
const waitSeconds = 30;
const timeoutMs = (waitSeconds + 15) * 1000;
/** All games of a validator are one answer. */
const maxSize = 32 * 1024 * 1024;
/** Between answers without news, should a validator not hold requests. */
const leastPauseMs = 1000;
/** Between looks for confirmations that were missed. */
const confirmationsMs = 30_000;

/** What polls need. */
interface HttpPollParts {
  readonly requests: HttpRequests;
  readonly carrier: HttpCarrier;
  readonly inbox: Inbox;
  readonly positions: Positions;
  readonly signer: Signer;
  readonly maximumMs: number;
  /** Whether confirmations are awaited. */
  readonly waiting: () => boolean;
  /** Whether the miner's uid by the validator's registry is known. */
  readonly knowsUid: () => boolean;
  /** Told of that uid, as the validator says it. */
  readonly uid: (uid: unknown) => void;
  /** The validator does not take what this miner signs. */
  readonly refused: (failure: Failure) => void;
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
    this.#repeat(() => this.#games(signal), signal, (error, failures) => {
      if (failures === 1) {
        const message = error instanceof Error ? error.message : String(error);
        problem(this.#context, "games_unavailable", `Cannot get games: ${message}`);
      }
    });
    // Nothing is lost by a failure: what stays unconfirmed is sent again.
    this.#repeat(() => this.#confirmations(signal), signal, (error) => this.#unanswered(error));
  }

  stop(): void {
    this.#stop?.abort();
    this.#stop = undefined;
  }

  #repeat(
    poll: () => Promise<number>,
    signal: AbortSignal,
    failed: (error: unknown, failures: number) => void,
  ): void {
    const { clock, random } = this.#context;
    void persist(poll, {
      clock,
      signal,
      backoff: new Backoff({ baseMs: 1000, maximumMs: this.#parts.maximumMs }, random),
      failed: (error, failures) => {
        failed(error, failures);
        return error instanceof HttpRefusal ? error.retryAfterMs : undefined;
      },
    });
  }

  async #games(signal: AbortSignal): Promise<number> {
    const { requests, inbox, positions } = this.#parts;
    const known = positions.get("games");
    const query = known === undefined ? "" : `?${new URLSearchParams({
      since: String(known.offset),
      epoch: known.epoch,
      wait: String(waitSeconds),
    })}`;
    const body = JSON.parse(await requests.ask(`/api/v1/games${query}`, { timeoutMs, maxSize }, signal));
    return !signal.aborted && inbox.games(body) ? 0 : leastPauseMs;
  }

  /** What was missed, as long as something is waited for, and who the miner is, as long as nobody has told. */
  async #confirmations(signal: AbortSignal): Promise<number> {
    const { requests, carrier, positions, signer, waiting, knowsUid, uid } = this.#parts;
    const isAsked = waiting();
    if (!isAsked && knowsUid()) return confirmationsMs;
    const known = positions.get("confirmations");
    const query = new URLSearchParams({ hotkey: signer.address, since: String(known?.offset ?? 0) });
    if (known !== undefined) query.set("epoch", known.epoch);
    if (!isAsked) query.set("limit", "1");
    const request = { headers: signer.headers(), timeoutMs };
    const text = await requests.ask(`/api/v1/confirmations?${query}`, request, signal);
    if (signal.aborted) return 0;
    if (isAsked) carrier.accept(text);
    if (!knowsUid()) uid(JSON.parse(text)["uid"]);
    return confirmationsMs;
  }

  #unanswered(error: unknown): void {
    this.#context.log("debug", "Cannot get confirmations", { error: String(error) });
    if (!(error instanceof HttpRefusal)) return;
    const failure = readHttpError(error);
    const { signer, refused } = this.#parts;
    if (failure.serverTime !== undefined && signer.adjust(failure.serverTime)) return;
    if (failure.verdict === "blocked") refused(failure);
  }
}
