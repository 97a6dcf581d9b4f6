import type { Store } from "../engine/mod.ts";
import type { Clock, Timer } from "../protocol/mod.ts";
import { logger } from "../telemetry/mod.ts";
import { prunePredictions } from "./prune_store.ts";

const log = logger("store");
const [hour, day] = [3_600_000, 86_400_000];

/** What {@link Retention} works with. */
export interface RetentionOptions {
  readonly store: Store;
  /** How long predictions are kept; undefined: without end. */
  readonly days: number | undefined;
  readonly clock: Clock;
}

/** Prunes, every hour, what has been kept long enough. */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #closing = new AbortController();
  #pruning: Promise<void> = Promise.resolve();
  #timer: Timer | undefined;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  start(): void {
    const { days, clock } = this.#options;
    if (days === undefined || this.#closing.signal.aborted) return;
    this.#timer = clock.after(hour, () => {
      this.#pruning = this.#prune(clock.now() - days * day).then(() => this.start());
    });
  }

  /** Resolves when it prunes no more, until the next time. */
  async idle(): Promise<void> {
    await this.#pruning;
  }

  close(): void {
    this.#closing.abort();
    this.#timer?.cancel();
  }

  async #prune(before: number): Promise<void> {
    try {
      const { signal } = this.#closing;
      const pruned = await prunePredictions(this.#options.store, before, { signal });
      if (pruned > 0) log.info("Pruned {pruned} predictions", { pruned });
    } catch (error) {
      if (!this.#closing.signal.aborted) log.error("Cannot prune predictions: {error}", { error });
    }
  }
}
