import type { Clock, Timer } from "../protocol/clock.ts";

/** The bounds between which a {@link Backoff} draws its delays. */
export interface BackoffBounds {
  readonly baseMs: number;
  readonly maximumMs: number;
}

/** The bounds that a client's options ask for, in milliseconds. Throws a RangeError for an interval that is not above 0. */
export function backoffBounds(
  options: {
    readonly reconnectInterval?: number | undefined;
    readonly maxReconnectInterval?: number | undefined;
  },
  defaults: BackoffBounds,
): BackoffBounds {
  const { reconnectInterval = defaults.baseMs, maxReconnectInterval = defaults.maximumMs } = options;
  const baseMs = above0("reconnectInterval", reconnectInterval);
  const maximumMs = above0("maxReconnectInterval", maxReconnectInterval);
  return { baseMs, maximumMs: Math.max(baseMs, maximumMs) };
}

/** An option's value. Throws a RangeError where it is not above 0. */
export function above0(name: string, value: number): number {
  if (value > 0) return value;
  throw new RangeError(`${name} is ${value}, expected a number above 0`);
}

/** Delays that double their upper bound with every failure and are drawn at random below it. */
export class Backoff {
  readonly #bounds: BackoffBounds;
  readonly #random: () => number;
  #attempt = 0;

  constructor(bounds: BackoffBounds, random: () => number) {
    this.#bounds = bounds;
    this.#random = random;
  }

  /** Failures since the last reset. */
  get attempt(): number {
    return this.#attempt;
  }

  get maximumMs(): number {
    return this.#bounds.maximumMs;
  }

  /** Counts a failure and gives the delay before the next attempt, in milliseconds. */
  next(): number {
    this.#attempt++;
    const { baseMs, maximumMs } = this.#bounds;
    // From 2^40 on only the maximum counts, and the power would overflow in the end.
    const ceiling = Math.min(maximumMs, baseMs * 2 ** Math.min(this.#attempt, 40));
    const floor = Math.min(baseMs, ceiling);
    return Math.round(floor + this.#random() * (ceiling - floor));
  }

  reset(): void {
    this.#attempt = 0;
  }
}

/** How long a connection holds before earlier failures are forgotten. */
const stableMs = 30_000;

/** How long to wait before the next attempt: as drawn, as long as it gets, or as the server asks. */
export type Wait = "backoff" | "longest" | { readonly ms: number };

/** What a {@link Reconnector} goes by. */
interface ReconnectorParts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly backoff: BackoffBounds;
}

/** The machine that connects again, for every client: when to try, and what is forgotten once a connection has held. */
export class Reconnector {
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #attempt: () => void;
  #next: Timer | undefined;
  #stable: Timer | undefined;

  /** `attempt` is called whenever it is time for one. */
  constructor({ clock, random, backoff }: ReconnectorParts, attempt: () => void) {
    this.#clock = clock;
    this.#backoff = new Backoff(backoff, random);
    this.#attempt = attempt;
  }

  /** Failures since a connection last held. */
  get failures(): number {
    return this.#backoff.attempt;
  }

  /** A connection has come about. */
  connected(): void {
    this.#stable?.cancel();
    this.#stable = this.#clock.after(stableMs, () => this.#backoff.reset());
  }

  /** The connection has ended, or the attempt at one. */
  lost(): void {
    this.#stable?.cancel();
    this.#stable = undefined;
  }

  /** Counts a failure and attempts again after a while, or at once; answers the milliseconds until then. */
  retry(wait: Wait | "now"): number {
    const delayMs = wait === "now" ? 0 : this.#delay(wait);
    this.#next?.cancel();
    this.#next = this.#clock.after(delayMs, () => {
      this.#next = undefined;
      this.#attempt();
    });
    return delayMs;
  }

  /** Makes the attempt that is waited for now. */
  hurry(): void {
    if (this.#next === undefined) return;
    this.cancel();
    this.#attempt();
  }

  /** Attempts no more by itself. */
  cancel(): void {
    this.#next?.cancel();
    this.#next = undefined;
  }

  /** Attempts no more, and forgets the connection. */
  stop(): void {
    this.cancel();
    this.lost();
  }

  #delay(wait: Wait): number {
    const drawn = this.#backoff.next();
    const { maximumMs } = this.#backoff;
    if (wait === "longest") return maximumMs;
    return wait === "backoff" ? drawn : Math.min(wait.ms, maximumMs);
  }
}
