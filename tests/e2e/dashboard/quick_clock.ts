import type { Clock, Timer } from "../../../lib/protocol/mod.ts";

/** A clock that runs by itself, some times as fast as the machine's. */
export class QuickClock implements Clock {
  readonly #start = Date.now();
  readonly #speed: number;

  constructor(speed: number) {
    this.#speed = speed;
  }

  now(): number {
    return this.#start + this.#speed * (Date.now() - this.#start);
  }

  elapsed(): number {
    return this.#speed * performance.now();
  }

  after(milliseconds: number, task: () => void): Timer {
    const id = setTimeout(task, milliseconds / this.#speed);
    return { cancel: () => clearTimeout(id) };
  }
}
