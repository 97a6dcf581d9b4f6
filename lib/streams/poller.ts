import { type Clock, Moments, type Timer } from "../protocol/mod.ts";

/** Periods for which polling goes on when nobody listens any more. */
const lingering = 2;

/**
 * Polls while somebody listens, once however many listen: at once when the last poll is a period ago, then at the whole
 * multiples of the period, so that pollers whose time has come ask together. At most one poll is under way.
 */
export class Poller {
  readonly #period: number;
  readonly #clock: Clock;
  readonly #poll: () => Promise<void>;
  readonly #onIdle: () => void;
  #listeners = 0;
  #polledAt = -Infinity;
  #pollingSince: number | undefined;
  #next: Timer | undefined;
  #lingering: Timer | undefined;
  #again: Timer | undefined;
  #underWay: Promise<void> | undefined;

  /** `poll` must not throw; `onIdle` is called when polling ends since nobody listens. */
  constructor(
    options: { period: number; clock: Clock; poll: () => Promise<void>; onIdle?: () => void },
  ) {
    this.#period = options.period;
    this.#clock = options.clock;
    this.#poll = options.poll;
    this.#onIdle = options.onIdle ?? (() => {});
  }

  /** When polling began, a moment of the clock's `elapsed`; undefined while nothing is polled. */
  get pollingSince(): number | undefined {
    return this.#pollingSince;
  }

  /** One more listens. */
  acquire(): void {
    this.#listeners += 1;
    this.#lingering?.cancel();
    this.#lingering = undefined;
    if (this.#next !== undefined) return;
    this.#pollingSince = this.#clock.elapsed();
    if (this.#clock.elapsed() - this.#polledAt >= this.#period) this.#ask();
    this.#schedule();
  }

  /** One less listens. */
  release(): void {
    this.#listeners -= 1;
    if (this.#listeners > 0) return;
    this.#lingering = this.#clock.after(lingering * this.#period, () => {
      this.stop();
      this.#onIdle();
    });
  }

  /** Polls once more after so many milliseconds, unless the next poll comes before that, or polling ends. */
  again(milliseconds: number): void {
    this.#again?.cancel();
    if (this.#next === undefined) return;
    this.#again = this.#clock.after(milliseconds, () => this.#ask());
  }

  /** Resolves when no poll is under way. */
  async settled(): Promise<void> {
    await this.#underWay;
  }

  stop(): void {
    this.#lingering?.cancel();
    this.#next?.cancel();
    this.#again?.cancel();
    this.#again =
      this.#lingering =
      this.#next =
      this.#pollingSince =
        undefined;
  }

  #schedule(): void {
    const now = this.#clock.now();
    // Half a period at least lies between two polls, also after one that was not at a whole multiple.
    const sincePoll = this.#clock.elapsed() - this.#polledAt;
    const earliest = now + Math.max(1, this.#period / 2 - sincePoll);
    const due = this.#period * Math.ceil(earliest / this.#period);
    this.#next = this.#clock.after(due - now, () => {
      this.#ask();
      this.#schedule();
    });
  }

  #ask(): void {
    if (this.#underWay !== undefined) return;
    this.#again?.cancel();
    this.#polledAt = this.#clock.elapsed();
    this.#underWay = this.#poll().finally(() => this.#underWay = undefined);
  }
}

/** A clock that runs what is due at the same moment in one turn, so that what it asks of the node travels together. */
export class Timetable implements Clock {
  readonly #clock: Clock;
  readonly #moments: Moments;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#moments = new Moments(clock);
  }

  now(): number {
    return this.#clock.now();
  }

  elapsed(): number {
    return this.#clock.elapsed();
  }

  after(milliseconds: number, task: () => void): Timer {
    return this.#moments.add(this.now() + milliseconds, milliseconds, task);
  }
}
