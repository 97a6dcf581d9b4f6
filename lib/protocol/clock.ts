/** A started timer. */
export interface Timer {
  /** Does nothing once it has run. */
  cancel(): void;
}

/** Where all code takes the time from, so that tests can hold it still and move it. */
export interface Clock {
  /** The wall clock: milliseconds since the Unix epoch. For what is said and kept; it may be set back and forward. */
  now(): number;
  /** Milliseconds since some moment, which pass whatever becomes of the wall clock. For what is measured and waited for. */
  elapsed(): number;
  /** Runs `task` once after `milliseconds`, unless cancelled before. */
  after(milliseconds: number, task: () => void): Timer;
}

/** Milliseconds by which two readings of the wall clock may differ though nobody has set it. */
const jitter = 5;

/** Tells when a moment of `clock.elapsed()` was by the wall clock as it goes now. */
export class WallTimes {
  readonly #clock: Clock;
  #ahead = NaN;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In milliseconds since the Unix epoch; the same each time, unless the wall clock was set. */
  of(moment: number): number {
    const ahead = this.#clock.now() - this.#clock.elapsed();
    if (!(Math.abs(ahead - this.#ahead) < jitter)) this.#ahead = ahead;
    return Math.round(moment + this.#ahead);
  }
}

/** Milliseconds by which a timer is late where this process stood still, and then for reading what waits. */
const [standstill, catchingUp] = [2000, 1000];

/** Is told how late it is, in milliseconds. */
export type Task = (late: number) => void;

/** Starts a timer for a task, at about the time asked for. */
type After = (clock: Clock, milliseconds: number, task: Task) => Timer;

const exactly: After = (clock, milliseconds, task) => {
  const due = clock.elapsed() + milliseconds;
  return clock.after(milliseconds, () => task(clock.elapsed() - due));
};

/**
 * Like `clock.after`, or `after`, for one who judges others by their silence: when this process stood still meanwhile, what
 * they sent is read first.
 */
export function afterSilence(
  clock: Clock,
  milliseconds: number,
  judge: () => void,
  after: After = exactly,
): Timer {
  let timer = after(clock, milliseconds, (late) => {
    if (late < standstill) judge();
    else timer = clock.after(catchingUp, judge);
  });
  return { cancel: () => timer.cancel() };
}

/**
 * Resolves after so many milliseconds, with Infinity never, or when the signal aborts; at once where neither is to be waited
 * for.
 */
export function sleep(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted || milliseconds <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      timer?.cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = milliseconds === Infinity ? undefined : clock.after(milliseconds, done);
    signal?.addEventListener("abort", done);
  });
}

/** Waits for `work` until a moment of `clock.elapsed()`; false when it was not done by then. */
export async function within(clock: Clock, deadline: number, work: Promise<unknown>): Promise<boolean> {
  const late = new AbortController();
  const isLate = sleep(clock, deadline - clock.elapsed(), late.signal).then(() => false);
  try {
    return await Promise.race([work.then(() => true), isLate]);
  } finally {
    late.abort();
  }
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(milliseconds, task) {
    // Rounded up, so that nobody who asks how late it is finds himself too early.
    const id = setTimeout(task, Math.ceil(milliseconds));
    return { cancel: () => clearTimeout(id) };
  },
};
