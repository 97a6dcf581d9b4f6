import { AddressCounts } from "../lib/hub/mod.ts";
import { type Clock, Refusal } from "../lib/protocol/mod.ts";

const maxInAll = 64;
const maxPerAddress = 16;
/** Milliseconds that one may take: the largest file at 200 KB/s. */
const patience = 600_000;

/** Bounds the downloads under way: each takes memory for as long as its client reads. */
export class Downloads {
  readonly #clock: Clock;
  readonly #perAddress = new AddressCounts();
  #inAll = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a download until `leave` is called. Throws a {@link Refusal} `rate_limited` where there are too many. */
  enter(address: string): () => void {
    if (this.#inAll >= maxInAll || this.#perAddress.of(address) >= maxPerAddress) {
      throw new Refusal("rate_limited", { detail: "too many downloads at once", retryAfterMs: 5000 });
    }
    this.#count(address, 1);
    let left = false;
    return () => {
      if (!left) this.#count(address, -1);
      left = true;
    };
  }

  /** The same bytes; `done` runs once they are read, nobody reads them any more, or it takes too long. */
  watch(body: ReadableStream<Uint8Array>, done: (error?: unknown) => void): ReadableStream<Uint8Array> {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const late = new AbortController();
    const timer = this.#clock.after(patience, () => late.abort());
    body.pipeTo(writable, { signal: late.signal }).then(() => done(), done).finally(() => timer.cancel());
    return readable;
  }

  #count(address: string, change: 1 | -1): void {
    this.#inAll += change;
    this.#perAddress.add(address, change);
  }
}
