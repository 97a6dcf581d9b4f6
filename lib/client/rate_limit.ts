import type { Clock } from "../protocol/mod.ts";

/** Lets a steady number of messages a second pass, and as many at once after a pause. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #perSecond: number;
  #left: number;
  #at: number;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#left = perSecond;
    this.#at = clock.elapsed();
  }

  /** Milliseconds until the next message may pass; 0: now. */
  get waitMs(): number {
    this.#refill();
    return this.#left >= 1 ? 0 : Math.ceil((1 - this.#left) / this.#perSecond * 1000);
  }

  /** Counts a message that passes. */
  take(): void {
    this.#refill();
    this.#left--;
  }

  #refill(): void {
    const now = this.#clock.elapsed();
    const gained = Math.max(0, now - this.#at) / 1000 * this.#perSecond;
    this.#left = Math.min(this.#perSecond, this.#left + gained);
    this.#at = now;
  }
}
