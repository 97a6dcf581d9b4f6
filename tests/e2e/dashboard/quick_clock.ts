import type { Clock, Timer } from "../../../lib/protocol/mod.ts";

/** A clock that runs by itself, some times as fast as the machine's, and can leap ahead. */
export class QuickClock implements Clock {
  readonly #start = Date.now();
  readonly #speed: number;
  #leapt = 0;

  constructor(speed: number) {
    this.#speed = speed;
  }

  now(): number {
    return this.#start + this.#leapt + this.#speed * (Date.now() - this.#start);
  }

  elapsed(): number {
    return this.#leapt + this.#speed * performance.now();
  }

  /** Lets time pass at once, but for timers that wait already. */
  leap(milliseconds: number): void {
    this.#leapt += milliseconds;
  }

  after(milliseconds: number, task: () => void): Timer {
    const id = setTimeout(task, milliseconds / this.#speed);
    return { cancel: () => clearTimeout(id) };
  }
}
