import type { Clock } from "../protocol/mod.ts";

/** Resolves after that many milliseconds, or when the signal aborts. */
export function sleep(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || milliseconds <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      timer.cancel();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = clock.after(milliseconds, done);
    signal.addEventListener("abort", done);
  });
}
