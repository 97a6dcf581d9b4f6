import type { Store } from "../engine/mod.ts";
import type { Clock, Timer } from "../protocol/mod.ts";
import { logger } from "../telemetry/mod.ts";
import { type Prunable, prunes } from "./prune_store.ts";

const log = logger("store");
const [hour, day] = [3_600_000, 86_400_000];

/** What {@link Retention} works with. */
interface RetentionOptions {
  readonly store: Store;
  /** How long each kind is kept; undefined: without end. */
  readonly days: Readonly<Record<Prunable, number | undefined>>;
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
    if (this.#closing.signal.aborted || Object.values(days).every((kept) => kept === undefined)) return;
    this.#timer = clock.after(hour, () => {
      this.#pruning = this.#prune().then(() => this.start());
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

  async #prune(): Promise<void> {
    const { store, days, clock } = this.#options;
    const { signal } = this.#closing;
    for (const kind of Object.keys(prunes) as Prunable[]) {
      const kept = days[kind];
      if (kept === undefined) continue;
      try {
        const pruned = await prunes[kind](store, clock.now() - kept * day, { signal });
        if (pruned > 0) log.info("Pruned {pruned} {kind}", { pruned, kind });
      } catch (error) {
        if (!signal.aborted) log.error("Cannot prune {kind}: {error}", { kind, error });
      }
    }
  }
}
