import type { Clock } from "../protocol/clock.ts";

/**
 * Does `task` with a signal that aborts with the outer one, or when it has taken too long: then with an error that says
 * `late`.
 */
export async function inTime<T>(
  { clock, milliseconds, late, outer }: {
    clock: Clock;
    milliseconds: number;
    late: string;
    outer: AbortSignal;
  },
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort(outer.reason);
  const timer = clock.after(milliseconds, () => controller.abort(new Error(late)));
  outer.addEventListener("abort", stop);
  if (outer.aborted) stop();
  try {
    return await task(controller.signal);
  } finally {
    timer.cancel();
    outer.removeEventListener("abort", stop);
  }
}
