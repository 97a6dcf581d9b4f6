import type { Clock, Timer } from "../../lib/protocol/mod.ts";

interface Task {
  readonly due: number;
  run(): void;
}

/** A clock that stands still until it is told to go on. */
export class SteppedClock implements Clock {
  #now: number;
  readonly #waiting = new Set<Task>();

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  elapsed(): number {
    return this.#now;
  }

  after(milliseconds: number, run: () => void): Timer {
    const task = { due: this.#now + milliseconds, run };
    this.#waiting.add(task);
    return { cancel: () => void this.#waiting.delete(task) };
  }

  /** Goes on, and runs what falls due, in order; `settled` resolves when the consequences of what was done are through. */
  async pass(milliseconds: number, settled: () => Promise<unknown>): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      await settled();
      const task = this.#next(end);
      if (task === undefined) break;
      this.#waiting.delete(task);
      this.#now = task.due;
      task.run();
    }
    this.#now = end;
  }

  #next(end: number): Task | undefined {
    let next: Task | undefined;
    for (const task of this.#waiting) {
      if (task.due <= end && task.due < (next?.due ?? Infinity)) next = task;
    }
    return next;
  }
}
