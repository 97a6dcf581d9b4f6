import type { Clock } from "../protocol/mod.ts";

/** Waits for `work` until a moment of `clock.elapsed()`; false when it was not done by then. */
export async function within(clock: Clock, deadline: number, work: Promise<unknown>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = clock.after(Math.max(0, deadline - clock.elapsed()), () => resolve(false));
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    timer.cancel();
  }
}
