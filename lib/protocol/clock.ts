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

/** Resolves after so many milliseconds, or when the signal aborts; at once where neither is to be waited for. */
export function sleep(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted || milliseconds <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      timer.cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.after(milliseconds, done);
    signal?.addEventListener("abort", done);
  });
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, task) {
    const id = setTimeout(task, milliseconds);
    return { cancel: () => clearTimeout(id) };
  },
};
