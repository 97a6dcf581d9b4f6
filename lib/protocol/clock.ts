/** A started timer. */
export interface Timer {
  cancel(): void;
}

/** Where all code takes the time from, so that tests can hold it still and move it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `task` once after `milliseconds`, unless cancelled before. */
  after(milliseconds: number, task: () => void): Timer;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, task) {
    const id = setTimeout(task, milliseconds);
    return { cancel: () => clearTimeout(id) };
  },
};
