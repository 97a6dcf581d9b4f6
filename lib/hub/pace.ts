import { afterSilence, type Clock, type Timer } from "../protocol/clock.ts";

/** Milliseconds that anything may take to begin with. */
const grace = 10_000;
/** Bytes a second on average after that, as slow as a bad mobile line. */
const minRate = 16 * 1024;

/** Watches whether bytes go on at the least rate that is put up with, and tells once when they do not. */
export class Pace implements Disposable {
  readonly #clock: Clock;
  readonly #late: () => void;
  readonly #begin: number;
  #bytes = 0;
  #timer: Timer;

  constructor(clock: Clock, late: () => void) {
    this.#clock = clock;
    this.#late = late;
    this.#begin = clock.elapsed();
    this.#timer = this.#wait(grace);
  }

  /** So many bytes have gone on. */
  count(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Nobody needs to know any more. */
  [Symbol.dispose](): void {
    this.#timer.cancel();
  }

  #wait(milliseconds: number): Timer {
    return afterSilence(this.#clock, milliseconds, () => this.#judge());
  }

  #judge(): void {
    const due = this.#begin + grace + 1000 * this.#bytes / minRate;
    const left = due - this.#clock.elapsed();
    if (left > 0) this.#timer = this.#wait(left);
    else this.#late();
  }
}
