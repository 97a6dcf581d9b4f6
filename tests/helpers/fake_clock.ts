import type { Clock, Timer } from "../../lib/protocol/clock.ts";

interface Pending {
  readonly due: number;
  readonly task: () => void;
}

/** Lets everything that is ready to run do so: promises, and what the runtime has completed by now. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** A clock whose time stands still until a test moves it. */
export class FakeClock implements Clock {
  /** Some moment, unlike any time of the wall. */
  #elapsed = 5000;
  /** What the wall clock is ahead. */
  #wall: number;
  readonly #pending = new Set<Pending>();

  constructor(start: number = Date.parse("2026-11-21T08:00:00Z")) {
    this.#wall = start - this.#elapsed;
  }

  /** How many timers are waiting. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Milliseconds until the next timer is due; undefined when none waits. */
  get untilNext(): number | undefined {
    const next = this.#next();
    return next && Math.max(0, next.due - this.#elapsed);
  }

  now(): number {
    return this.#wall + this.#elapsed;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  after(milliseconds: number, task: () => void): Timer {
    const entry = { due: this.#elapsed + Math.max(0, milliseconds), task };
    this.#pending.add(entry);
    return { cancel: () => void this.#pending.delete(entry) };
  }

  /** Sets the wall clock forward or, below 0, back: no time passes. */
  setWall(milliseconds: number): void {
    this.#wall += milliseconds;
  }

  /** Time passes while the process stands still: timers that fall due meanwhile are late. */
  standStill(milliseconds: number): void {
    this.#elapsed += milliseconds;
  }

  /** Moves time, running the timers that fall due in their order and letting their consequences settle. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#elapsed + milliseconds;
    await settle();
    for (let next = this.#next(); next !== undefined && next.due <= end; next = this.#next()) {
      this.#elapsed = Math.max(this.#elapsed, next.due);
      this.#pending.delete(next);
      next.task();
      await settle();
    }
    this.#elapsed = end;
  }

  /** The one due first; of several due at once, the one started first. */
  #next(): Pending | undefined {
    let first: Pending | undefined;
    for (const entry of this.#pending) {
      if (first === undefined || entry.due < first.due) first = entry;
    }
    return first;
  }
}
