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
