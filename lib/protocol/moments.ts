import type { Clock, Task, Timer } from "./clock.ts";

interface Moment {
  readonly tasks: Set<Task>;
  readonly timer: Timer;
}

/** Runs what is due at the same moment in one turn. */
export class Moments {
  readonly #clock: Clock;
  readonly #due = new Map<number, Moment>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs `task` at the moment `due`, which is some milliseconds away by whatever clock it is read from. */
  add(due: number, milliseconds: number, task: Task): Timer {
    const moment = this.#due.get(due) ?? this.#plan(due, milliseconds);
    moment.tasks.add(task);
    return { cancel: () => this.#cancel(due, moment, task) };
  }

  #plan(due: number, milliseconds: number): Moment {
    const tasks = new Set<Task>();
    const end = this.#clock.elapsed() + milliseconds;
    const timer = this.#clock.after(milliseconds, () => {
      this.#due.delete(due);
      const late = this.#clock.elapsed() - end;
      for (const task of tasks) run(task, late);
    });
    const moment = { tasks, timer };
    this.#due.set(due, moment);
    return moment;
  }

  #cancel(due: number, { tasks, timer }: Moment, task: Task): void {
    tasks.delete(task);
    if (tasks.size > 0) return;
    timer.cancel();
    if (this.#due.get(due)?.timer === timer) this.#due.delete(due);
  }
}

/** Whichever fails, the others have their turn. */
function run(task: Task, late: number): void {
  try {
    task(late);
  } catch (error) {
    reportError(error);
  }
}

const second = 1000;
const wholeMoments = new WeakMap<Clock, Moments>();

/**
 * Like `clock.after`, for what is done again and again: at whole seconds, or at whole multiples of what is no multiple of a
 * second, so up to half of that earlier or later the first time. What is due at the same moment has one turn: a process that has
 * nothing to do takes longer to wake up than for most of what it wakes up for.
 */
export function afterAbout(clock: Clock, milliseconds: number, task: Task): Timer {
  const moments = wholeMoments.get(clock) ?? new Moments(clock);
  wholeMoments.set(clock, moments);
  const step = milliseconds % second || second;
  const now = clock.elapsed();
  const due = step * Math.round((now + milliseconds) / step);
  return moments.add(due, Math.ceil(due - now), task);
}
