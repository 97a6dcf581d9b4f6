import { FairShares } from "../../lib/hub/mod.ts";
import { type Clock, Refusal } from "../../lib/protocol/mod.ts";
import { paced } from "../http/paced.ts";

const places = 64;

/** Bounds the downloads under way, in all and for each address: each takes memory for as long as its client reads. */
export class Downloads {
  readonly #clock: Clock;
  readonly #places = new FairShares(places);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a download until `leave` is called. Throws a {@link Refusal} `rate_limited` where there are too many. */
  enter(address: string): () => void {
    if (!this.#places.take(address, 1)) {
      throw new Refusal("rate_limited", { detail: "too many downloads at once", retryAfterMs: 5000 });
    }
    let left = false;
    return () => {
      if (!left) this.#places.give(address, 1);
      left = true;
    };
  }

  /** The same bytes; `done` runs once they are read, nobody reads them any more, or they are read too slowly. */
  watch(body: ReadableStream<Uint8Array>, done: (error?: unknown) => void): ReadableStream<Uint8Array> {
    return paced(body, this.#clock, done);
  }
}
