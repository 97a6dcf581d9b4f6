import { afterSilence, type Clock, type Timer } from "../../protocol/clock.ts";

/** Milliseconds without anything received: until a question is due, and from then until there is no hope. */
interface LivenessLimits {
  readonly quietMs: number;
  readonly deadMs: number;
}

interface LivenessEvents {
  readonly quiet: () => void;
  readonly dead: () => void;
}

/** Watches over what is received: says when to ask for a sign of life, and when the other side is gone. */
export class Liveness {
  readonly #clock: Clock;
  readonly #limits: LivenessLimits;
  readonly #events: LivenessEvents;
  #receivedAt = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, limits: LivenessLimits, events: LivenessEvents) {
    this.#clock = clock;
    this.#limits = limits;
    this.#events = events;
  }

  start(): void {
    this.received();
    this.#watch();
  }

  received(): void {
    this.#receivedAt = this.#clock.elapsed();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** What is received only moves a time; the timer looks at it when it fires, so that messages cost no timer each. */
  #watch(): void {
    const { quietMs } = this.#limits;
    const quiet = () => this.#receivedAt + quietMs - this.#clock.elapsed();
    this.#timer = this.#clock.after(quiet(), () => {
      if (quiet() > 0) return this.#watch();
      this.#awaitSign();
      this.#events.quiet();
    });
  }

  #awaitSign(): void {
    const before = this.#receivedAt;
    this.#timer = afterSilence(this.#clock, this.#limits.deadMs, () => {
      if (this.#receivedAt === before) this.#events.dead();
      else this.#watch();
    });
  }
}
