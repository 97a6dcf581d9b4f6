import type { Clock, Timer } from "../protocol/mod.ts";

interface Moment {
  readonly tasks: Set<() => void>;
  readonly timer: Timer;
}

/** A clock that runs what is due at the same moment in one turn, so that what it asks of the node travels together. */
export class Timetable implements Clock {
  readonly #clock: Clock;
  readonly #due = new Map<number, Moment>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  elapsed(): number {
    return this.#clock.elapsed();
  }

  after(milliseconds: number, task: () => void): Timer {
    const due = this.now() + milliseconds;
    const moment = this.#due.get(due) ?? this.#plan(due, milliseconds);
    moment.tasks.add(task);
    return { cancel: () => this.#cancel(due, moment, task) };
  }

  #plan(due: number, milliseconds: number): Moment {
    const tasks = new Set<() => void>();
    const timer = this.#clock.after(milliseconds, () => {
      this.#due.delete(due);
      for (const task of tasks) task();
    });
    const moment = { tasks, timer };
    this.#due.set(due, moment);
    return moment;
  }

  #cancel(due: number, { tasks, timer }: Moment, task: () => void): void {
    tasks.delete(task);
    if (tasks.size > 0) return;
    timer.cancel();
    if (this.#due.get(due)?.timer === timer) this.#due.delete(due);
  }
}
