import { afterAbout, type Clock, type Timer } from "../protocol/mod.ts";
import type { Distribution } from "./statistics.ts";

const period = 1000;

/** Samples how much later than asked for timers run: how long the event loop keeps others waiting. */
export class LoopLag {
  readonly #clock: Clock;
  readonly #lags: Distribution;
  #timer: Timer | undefined;

  /** `lags` takes in seconds. */
  constructor(clock: Clock, lags: Distribution) {
    this.#clock = clock;
    this.#lags = lags;
  }

  start(): void {
    this.#timer = afterAbout(this.#clock, period, (late) => {
      this.#lags.add(Math.max(0, late) / 1000);
      this.start();
    });
  }

  close(): void {
    this.#timer?.cancel();
  }
}
