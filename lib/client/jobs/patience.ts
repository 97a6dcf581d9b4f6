import type { Clock } from "../../protocol/clock.ts";

/** Milliseconds of failures after which a server counts as unreachable. */
export interface PatienceLimits {
  /** Before it was heard for the first time. */
  readonly firstMs: number;
  readonly ms: number;
}

/** Measures for how long there have been nothing but failures. */
export class Patience {
  readonly #clock: Clock;
  readonly #limits: PatienceLimits;
  #heard = false;
  #failingSince: number | undefined;

  constructor(clock: Clock, limits: PatienceLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** The server is there. */
  heard(): void {
    this.#heard = true;
    this.#failingSince = undefined;
  }

  /** Counts a failure. True: it has been too long. */
  failed(): boolean {
    const now = this.#clock.elapsed();
    this.#failingSince ??= now;
    const { firstMs, ms } = this.#limits;
    return now - this.#failingSince >= (this.#heard ? ms : firstMs);
  }

  /** Counts anew. */
  reset(): void {
    this.#failingSince = undefined;
  }
}
