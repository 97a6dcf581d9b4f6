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
