import type { Judgement } from "../../protocol/mod.ts";
import type { GatewayActivity } from "../../protocol/streams.ts";
import type { Feed } from "./feed.ts";

const kept = 2000;

/** What was told while the console is open, whichever page is shown; bounded. */
export class Memory {
  /** The newest. */
  activity: GatewayActivity | undefined;
  /** The newest first. */
  judgements: readonly Judgement[] = [];
  /** Predictions that came too fast to be told. */
  skipped = 0;
  readonly #listeners = new Set<() => void>();

  constructor(feed: Feed) {
    feed.on("activity", (data) => {
      this.activity = data as GatewayActivity;
      this.#changed();
    });
    feed.on("predictions", (data) => {
      const { predictions, skipped } = data as { predictions: readonly Judgement[]; skipped: number };
      const newest = this.judgements[0];
      // Another server, or the same one after a restart, counts anew.
      const begins = newest !== undefined &&
        predictions.some(({ at, number }) => at >= newest.at && number < newest.number);
      const known = begins ? [] : this.judgements;
      const fresh = predictions.filter(({ number }) => number > (known[0]?.number ?? -1));
      this.judgements = [...fresh.toReversed(), ...known].slice(0, kept);
      this.skipped += skipped;
      this.#changed();
    });
  }

  /** As React's `useSyncExternalStore` takes it. */
  readonly watch = (listener: () => void): () => void => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
