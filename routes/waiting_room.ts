import { Refusal } from "../lib/protocol/mod.ts";

const maxWaiting = 10_000;

/** Bounds how many requests wait for news at a time. */
export class WaitingRoom {
  #waiting = 0;

  /** Runs `wait`. Throws a {@link Refusal} `rate_limited` when too many wait already. */
  async enter<T>(wait: () => Promise<T>): Promise<T> {
    if (this.#waiting >= maxWaiting) {
      throw new Refusal("rate_limited", { detail: "too many wait", retryAfterMs: 5000 });
    }
    this.#waiting += 1;
    try {
      return await wait();
    } finally {
      this.#waiting -= 1;
    }
  }
}
