import { afterSilence, type Clock, type Timer } from "../protocol/mod.ts";

/** Intervals without a sign of life after which the other side counts as gone. */
const deadAfter = 2.5;

interface PulseEvents {
  /** Nothing was sent for an interval. */
  readonly beat: () => void;
  /** Nothing was received for two and a half. */
  readonly dead: () => void;
}

/** Watches one connection: says when to send a heartbeat, and when the other side is gone. */
export class Pulse {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #events: PulseEvents;
  readonly #timers = new Map<keyof PulseEvents, Timer>();
  #sentAt: number;
  #receivedAt: number;

  constructor(clock: Clock, intervalMs: number, events: PulseEvents) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#events = events;
    this.#sentAt = this.#receivedAt = clock.elapsed();
  }

  start(): void {
    this.#watch("beat", () => this.#sentAt + this.#intervalMs);
    this.#watch("dead", () => this.#receivedAt + this.#intervalMs * deadAfter);
  }

  sent(): void {
    this.#sentAt = this.#clock.elapsed();
  }

  received(): void {
    this.#receivedAt = this.#clock.elapsed();
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  /** Traffic only moves a time; the timer looks at it when it fires, so that messages cost no timer each. */
  #watch(event: keyof PulseEvents, due: () => number): void {
    const timer = afterSilence(this.#clock, due() - this.#clock.elapsed(), () => {
      const late = this.#clock.elapsed() >= due();
      if (late) this.#events[event]();
      if (this.#timers.get(event) !== timer) return;
      if (late && event === "dead") this.#timers.delete(event);
      else this.#watch(event, due);
    });
    this.#timers.set(event, timer);
  }
}
