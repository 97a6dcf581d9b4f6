import type { Clock } from "../../protocol/mod.ts";

/** Waits for what may never come: each step for a bounded time, all of them together for another. */
export class Patience {
  readonly #clock: Clock;
  readonly #idleTimeout: number;
  readonly #end: number;
  readonly #signal: AbortSignal;

  /** Times in milliseconds. */
  constructor(options: { clock: Clock; timeout: number; idleTimeout: number; signal: AbortSignal }) {
    this.#clock = options.clock;
    this.#idleTimeout = options.idleTimeout;
    this.#end = options.clock.elapsed() + options.timeout;
    this.#signal = options.signal;
  }

  /** Resolves as the step does, or rejects with a `TimeoutError`, or with the signal's reason. */
  within<T>(step: Promise<T>): Promise<T> {
    const wait = Math.max(0, Math.min(this.#idleTimeout, this.#end - this.#clock.elapsed()));
    return new Promise((resolve, reject) => {
      const abort = () => reject(this.#signal.reason);
      const timer = this.#clock.after(
        wait,
        () => reject(new DOMException("no answer in time", "TimeoutError")),
      );
      this.#signal.addEventListener("abort", abort);
      if (this.#signal.aborted) abort();
      step.then(resolve, reject).finally(() => {
        timer.cancel();
        this.#signal.removeEventListener("abort", abort);
      });
    });
  }
}
