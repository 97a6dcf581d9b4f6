import { FairShares } from "../../lib/hub/mod.ts";
import { Refusal } from "../../lib/protocol/mod.ts";

const places = 10_000;

/** Where requests of every route wait for news: bounded in all, and for each address. */
export class WaitingRoom {
  readonly #places = new FairShares(places);

  /** Runs `wait`. Throws a {@link Refusal} `rate_limited` when too many wait already. */
  async enter<T>(address: string, wait: () => Promise<T>): Promise<T> {
    if (!this.#places.take(address, 1)) {
      throw new Refusal("rate_limited", { detail: "too many wait", retryAfterMs: 5000 });
    }
    try {
      return await wait();
    } finally {
      this.#places.give(address, 1);
    }
  }
}
