import { Pace } from "../../lib/hub/mod.ts";
import type { Clock } from "../../lib/protocol/mod.ts";

/**
 * The same bytes, as they are read; whoever reads more slowly than a {@link Pace} allows gets an error instead. `done`
 * runs once, with what went wrong if anything did: all is read, nobody reads any more, or too slowly.
 */
export function paced(
  body: ReadableStream<Uint8Array>,
  clock: Clock,
  done: (error?: unknown) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let isOver = false;
  const finish = (error?: unknown) => {
    if (isOver) return;
    isOver = true;
    pace[Symbol.dispose]();
    if (error !== undefined) reader.cancel(error).catch(() => {});
    done(error);
  };
  let late: () => void = () => {};
  const pace = new Pace(clock, () => late());
  return new ReadableStream<Uint8Array>({
    start(controller) {
      late = () => {
        const error = new DOMException("the answer is read too slowly", "TimeoutError");
        controller.error(error);
        finish(error);
      };
    },
    async pull(controller) {
      const { value, done } = await reader.read().catch((error) => {
        finish(error);
        throw error;
      });
      if (isOver) return;
      if (done) {
        controller.close();
        finish();
      } else {
        pace.count(value.length);
        controller.enqueue(value);
      }
    },
    cancel(reason) {
      finish(reason ?? new DOMException("nobody reads the answer", "AbortError"));
    },
  }, { highWaterMark: 0 });
}
