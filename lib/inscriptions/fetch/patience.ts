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

/** Pieces that any body may have, and the bytes that each further one has to bring on average. */
const [freePieces, minPiece] = [16_384, 256];

/** How a body comes in: refuses one that trickles, or that comes in crumbs, which cost time out of proportion. */
export class Flow {
  readonly #clock: Clock;
  readonly #minRate: number;
  readonly #graceEnd: number;
  readonly #startedAt: number;
  #size = 0;
  #pieces = 0;

  /** Milliseconds of grace, after which the bytes of every second since the start have to be `minRate` on average. */
  constructor(options: { clock: Clock; minRate: number; idleTimeout: number }) {
    this.#clock = options.clock;
    this.#minRate = options.minRate;
    this.#startedAt = options.clock.elapsed();
    this.#graceEnd = this.#startedAt + options.idleTimeout;
  }

  /** Counts a piece, and answers the bytes so far. Throws a `TimeoutError`, or a {@link SyntaxError} for crumbs. */
  count(length: number): number {
    this.#size += length;
    this.#pieces += 1;
    if (this.#pieces > freePieces + this.#size / minPiece) {
      throw new SyntaxError("it comes in pieces that are too small");
    }
    const now = this.#clock.elapsed();
    if (now > this.#graceEnd && this.#size * 1000 < this.#minRate * (now - this.#startedAt)) {
      throw new DOMException("it comes too slowly", "TimeoutError");
    }
    return this.#size;
  }
}
