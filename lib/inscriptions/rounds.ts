import { afterAbout, type Clock, type Timer } from "../protocol/mod.ts";
import { logger } from "../telemetry/mod.ts";

const log = logger("inscriptions");

/** Does something regularly; a round begins some time after the one before it has ended. */
export class Rounds {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #task: () => Promise<void>;
  readonly #isNeeded: () => boolean;
  #timer: Timer | undefined;
  #running: Promise<void> = Promise.resolve();
  #isOn = false;

  /**
   * @param options.interval milliseconds
   * @param options.isNeeded whether there shall be another round; without it there always is
   */
  constructor(
    options: { clock: Clock; interval: number; task: () => Promise<void>; isNeeded?: () => boolean },
  ) {
    this.#clock = options.clock;
    this.#interval = options.interval;
    this.#task = options.task;
    this.#isNeeded = options.isNeeded ?? (() => true);
  }

  /** Does nothing where it was started before and not ended since. */
  start(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    this.#wait();
  }

  /** Resolves when the last round is over. */
  async stop(): Promise<void> {
    this.#isOn = false;
    this.#timer?.cancel();
    await this.#running;
  }

  #wait(): void {
    this.#timer = afterAbout(this.#clock, this.#interval, () => this.#running = this.#round());
  }

  async #round(): Promise<void> {
    try {
      await this.#task();
    } catch (error) {
      log.warning("Cannot look after the jobs in the store: {error}", { error });
    }
    // Asked here and not by the task, so that nothing can be added between the question and what follows of it.
    this.#isOn &&= this.#isNeeded();
    if (this.#isOn) this.#wait();
  }
}
