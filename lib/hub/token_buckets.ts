import type { Clock } from "../protocol/mod.ts";
import { TokenBucket } from "./token_bucket.ts";

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
