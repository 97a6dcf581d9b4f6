import { type Clock, FirstSignal, sleep } from "../../protocol/mod.ts";
import { logger } from "../../telemetry/mod.ts";
import { DatabaseFailure } from "./failure.ts";
import type { Session } from "./session.ts";
import type { Run } from "./postgres_transaction.ts";

const log = logger("store");
/** Milliseconds between two attempts to listen, between two probes, and for which a probe may be on its way. */
const [pause, probeInterval, probePatience] = [1000, 10_000, 5000];

/** What a {@link Doorbell} works with. */
interface DoorbellOptions {
  /** Opens a connection on which notifications are heard. */
  readonly open: (hooks: {
    readonly onNotification: (payload: string) => void;
    readonly onEnd: () => void;
  }) => Promise<Session>;
  /** Runs a statement over any other connection. */
  readonly run: Run;
  readonly statements: { readonly listen: string; readonly ring: string; readonly probe: string };
  readonly clock: Clock;
}

/**
 * Tells servers of a store that something was appended to its log: an empty notification, after the commit, since one
 * within would make all commits wait for each other, and one at a time. It may get lost: whoever waits for it looks by
 * itself as well. Whether it can be heard at all is tried now and then.
 */
export class Doorbell {
  readonly #options: DoorbellOptions;
  readonly #listeners = new Set<() => void>();
  readonly #closing = new AbortController();
  #ringing = false;
  #ringAgain = false;
  #listening: Promise<void> | undefined;
  #awaited: { readonly payload: string; readonly heard: () => void } | undefined;

  constructor(options: DoorbellOptions) {
    this.#options = options;
  }

  /** Tells the others, soon. */
  ring(): void {
    if (this.#ringing) {
      this.#ringAgain = true;
      return;
    }
    this.#ringing = true;
    this.#options.run(this.#options.statements.ring).catch(() => {
      // They look by themselves as well.
    }).finally(() => {
      this.#ringing = false;
      const again = this.#ringAgain;
      this.#ringAgain = false;
      if (again && !this.#closing.signal.aborted) this.ring();
    });
  }

  /** Calls `heard` whenever somebody has rung, or may have, until what it answers is disposed of. */
  listen(heard: () => void): Disposable {
    this.#listeners.add(heard);
    this.#listening ??= this.#listen();
    return { [Symbol.dispose]: () => this.#listeners.delete(heard) };
  }

  close(): void {
    this.#closing.abort();
  }

  async #listen(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#listenOnce();
      } catch (error) {
        if (!signal.aborted) {
          log.warning("Cannot hear what other servers append: {error}", { error: String(error) });
        }
      }
      await sleep(this.#options.clock, pause, signal);
    }
  }

  /** Listens until the connection ends, or a probe is not heard. */
  async #listenOnce(): Promise<void> {
    const { open, statements: { listen }, clock } = this.#options;
    const over = new AbortController();
    const session = await open({
      onNotification: (payload) => this.#hear(payload),
      onEnd: () => over.abort(),
    });
    const close = () => session.close();
    this.#closing.signal.addEventListener("abort", close);
    try {
      if (this.#closing.signal.aborted) return;
      await session.run(listen);
      // What was appended before is caught up with.
      this.#tell();
      while (session.isOpen) {
        await this.#probe(over.signal);
        await sleep(clock, probeInterval, over.signal);
      }
    } finally {
      this.#closing.signal.removeEventListener("abort", close);
      session.close();
    }
  }

  async #probe(over: AbortSignal): Promise<void> {
    const { run, statements: { probe }, clock } = this.#options;
    const heard = new AbortController();
    const payload = crypto.randomUUID();
    this.#awaited = { payload, heard: () => heard.abort() };
    await run(probe, payload);
    using first = new FirstSignal(heard.signal, over);
    await sleep(clock, probePatience, first.signal);
    if (!first.signal.aborted) {
      throw new DatabaseFailure(
        "a notification did not arrive; behind a pooler, name the database itself",
        "refused",
      );
    }
  }

  #hear(payload: string): void {
    if (payload === this.#awaited?.payload) return this.#awaited.heard();
    if (payload === "") this.#tell();
  }

  #tell(): void {
    for (const heard of this.#listeners) heard();
  }
}
