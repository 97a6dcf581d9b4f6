import type { Clock } from "../protocol/clock.ts";

/**
 * Lets `rate` events a second pass, and up to `burst` at once after a quiet time. An event may cost several tokens; one
 * that costs more than the burst passes when the bucket is full.
 */
export class TokenBucket {
  readonly #rate: number;
  readonly #burst: number;
  #tokens: number;
  #filledAt: number;

  constructor(rate: number, burst: number, now: number) {
    this.#rate = rate;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filledAt = now;
  }

  /** Takes tokens; false when there are not so many. */
  take(now: number, cost = 1): boolean {
    this.#fill(now);
    const price = Math.min(cost, this.#burst);
    if (this.#tokens < price) return false;
    this.#tokens -= price;
    return true;
  }

  /** Milliseconds until there are so many tokens. */
  wait(now: number, cost = 1): number {
    this.#fill(now);
    return Math.ceil(Math.max(0, Math.min(cost, this.#burst) - this.#tokens) / this.#rate * 1000);
  }

  /** Whether it is full, so that forgetting it changes nothing. */
  isFull(now: number): boolean {
    this.#fill(now);
    return this.#tokens >= this.#burst;
  }

  #fill(now: number): void {
    const seconds = Math.max(0, now - this.#filledAt) / 1000;
    this.#tokens = Math.min(this.#burst, this.#tokens + seconds * this.#rate);
    this.#filledAt = now;
  }
}

const sweepAbove = 10_000;

/** A token bucket for each key; full ones are forgotten. */
export class TokenBuckets {
  readonly #rate: number;
  readonly #burst: number;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, TokenBucket>();
  #sweepAt = sweepAbove;

  constructor(options: { rate: number; burst: number; clock: Clock }) {
    this.#rate = options.rate;
    this.#burst = options.burst;
    this.#clock = options.clock;
  }

  /** Takes tokens of `key`; false when there are not so many. */
  take(key: string, cost = 1): boolean {
    const now = this.#clock.elapsed();
    const known = this.#buckets.get(key);
    if (known !== undefined) return known.take(now, cost);
    this.#sweep(now);
    const bucket = new TokenBucket(this.#rate, this.#burst, now);
    this.#buckets.set(key, bucket);
    return bucket.take(now, cost);
  }

  /** Milliseconds until `key` has so many tokens, 0 when it has them. */
  wait(key: string, cost = 1): number {
    return this.#buckets.get(key)?.wait(this.#clock.elapsed(), cost) ?? 0;
  }

  #sweep(now: number): void {
    if (this.#buckets.size < this.#sweepAt) return;
    for (const [key, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(key);
    this.#sweepAt = Math.max(sweepAbove, 2 * this.#buckets.size);
  }
}
