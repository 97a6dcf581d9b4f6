import type { Clock } from "../../protocol/mod.ts";
import type { Link } from "./link.ts";

/** The time that something may take is over. */
export class TimedOut extends Error {
  override readonly name = "TimedOut";
}

/** The connections of a piece of work, all closed when it ends, however it ends. */
export class Scope {
  readonly #links = new Set<Link>();
  readonly #closing = new AbortController();

  /** Aborts when the work is over, for connections that are not there yet. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Takes care of a connection once it is there. */
  async keep<L extends Link>(connecting: Promise<L>): Promise<L> {
    const link = await connecting;
    if (this.signal.aborted) {
      link.close();
      throw new TimedOut("the connection came too late");
    }
    this.#links.add(link);
    return link;
  }

  close(): void {
    this.#closing.abort();
    for (const link of this.#links) link.close();
    this.#links.clear();
  }
}

/** Bounds of a piece of work. */
interface Bounds {
  readonly clock: Clock;
  readonly milliseconds: number;
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
}

/**
 * Does a piece of work in bounded time; its connections are closed afterwards.
 *
 * @throws {TimedOut} when it takes too long; whatever the work or the signal throws
 */
export async function within<T>(bounds: Bounds, work: (scope: Scope) => Promise<T>): Promise<T> {
  const { clock, milliseconds, signal } = bounds;
  signal.throwIfAborted();
  const scope = new Scope();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const timer = clock.after(
    milliseconds,
    () => reject(new TimedOut(`nothing within ${milliseconds / 1000} s`)),
  );
  try {
    return await Promise.race([work(scope), stopped]);
  } finally {
    timer.cancel();
    signal.removeEventListener("abort", abort);
    scope.close();
  }
}
