import type { Clock } from "../protocol/mod.ts";
import type { HistoryBudget, Trimmable } from "./history_budget.ts";

/** One numbered frame of a channel. */
export interface Publication {
  readonly offset: number;
  readonly frame: string;
  /** When it was published, in milliseconds since the Unix epoch. */
  readonly at: number;
}

/** How much of the past is kept. */
export interface HistorySettings {
  /** Publications. */
  readonly size: number;
  /** Milliseconds. */
  readonly ttl: number;
  /** Bytes, over all channels that share it. */
  readonly budget: HistoryBudget;
}

/** The newest publications of a channel, oldest first. */
export class History implements Trimmable {
  readonly #settings: HistorySettings;
  readonly #clock: Clock;
  readonly #kept: Publication[] = [];
  #bytes = 0;

  constructor(settings: HistorySettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Those that are kept yet. */
  get kept(): readonly Publication[] {
    this.#expire();
    return this.#kept;
  }

  add(publication: Publication): void {
    this.#kept.push(publication);
    this.#count(publication.frame.length);
    this.#expire();
  }

  clear(): void {
    this.#forget(this.#kept.length);
  }

  trimHalf(): void {
    this.#forget(Math.ceil(this.#kept.length / 2));
  }

  #expire(): void {
    const oldestKept = this.#clock.now() - this.#settings.ttl;
    let expired = Math.max(0, this.#kept.length - this.#settings.size);
    while ((this.#kept[expired]?.at ?? Infinity) < oldestKept) expired += 1;
    this.#forget(expired);
  }

  #forget(publications: number): void {
    if (publications === 0) return;
    // A full history forgets one with each publication: `shift` does not move those that stay.
    const gone = publications === 1 ? [this.#kept.shift()] : this.#kept.splice(0, publications);
    this.#count(-gone.reduce((sum, publication) => sum + (publication?.frame.length ?? 0), 0));
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#settings.budget.count(this, bytes);
  }
}
