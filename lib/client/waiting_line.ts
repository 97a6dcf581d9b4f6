import { type Clock, maxBatch } from "../protocol/mod.ts";
import type { Item } from "./flights.ts";

/** A batch stays below 256 KiB with what the envelope adds. */
const largestBatch = 250_000;
/** Below this, halving stops: what is refused then is refused for one prediction. */
const smallestBatch = 1024;

/** Predictions that are to be sent, in the order of their submission. */
export class WaitingLine {
  #items: Item[] = [];
  #batchSize = largestBatch;

  get empty(): boolean {
    this.#dropSettled();
    return this.#items.length === 0;
  }

  append(item: Item): void {
    this.#items.push(item);
  }

  /** Puts predictions back that were sent in vain. */
  putBack(items: readonly Item[]): void {
    const back = items.filter(({ settled }) => !settled);
    this.#items = [...back, ...this.#items].sort((a, b) => a.entry.order - b.entry.order);
  }

  /** From now on batches are half as large. */
  shrink(): void {
    this.#batchSize = Math.max(smallestBatch, this.#batchSize / 2);
  }

  /** What the next message is to hold: as much as one may, or one prediction that must be by itself. */
  take(): Item[] {
    this.#dropSettled();
    let size = 0;
    let count = 0;
    for (const { entry, alone, settled } of this.#items) {
      size += entry.text.length + 2;
      if (count > 0 && (alone || settled || count === maxBatch || size > this.#batchSize)) break;
      count++;
      if (alone) break;
    }
    return this.#items.splice(0, count);
  }

  /** A prediction may be decided while it waits, by the answer to an earlier message. */
  #dropSettled(): void {
    const first = this.#items.findIndex(({ settled }) => !settled);
    this.#items.splice(0, first === -1 ? this.#items.length : first);
  }
}

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
