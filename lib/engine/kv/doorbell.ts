import { type Clock, FirstSignal, sleep } from "../../protocol/mod.ts";

/** Milliseconds from a ring to a look, and between two looks where it is quiet, or where nobody can ring. */
const [briefly, quiet, deaf] = [15, 500, 50];

/**
 * Rings when a file is written, by whichever process: the operating system tells. As what was written may be in force only
 * some time after that, whoever waits is sent to look several times, after longer and longer pauses.
 */
export class Doorbell implements Disposable {
  readonly #clock: Clock;
  readonly #watcher: Deno.FsWatcher | undefined;
  readonly #longest: number;
  readonly #closing = new AbortController();
  #pause: number;
  #hasRung = false;
  #wake: () => void = () => {};

  /** @param path the file; undefined where there is none, and nothing but looking helps */
  constructor(path: string | undefined, clock: Clock) {
    this.#clock = clock;
    this.#watcher = path === undefined ? undefined : watch(path);
    this.#pause = this.#longest = path === undefined || this.#watcher !== undefined ? quiet : deaf;
    if (this.#watcher !== undefined) void this.#listen(this.#watcher);
  }

  /** Resolves when it is time to look, or the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    if (!this.#hasRung) await this.#sleep(signal);
    if (this.#hasRung) {
      this.#hasRung = false;
      this.#pause = briefly;
      await sleep(this.#clock, briefly, signal);
    } else this.#pause = Math.min(2 * this.#pause, this.#longest);
  }

  [Symbol.dispose](): void {
    this.#closing.abort();
    this.#watcher?.close();
  }

  async #sleep(signal: AbortSignal): Promise<void> {
    const ringing = new AbortController();
    this.#wake = () => ringing.abort();
    using first = new FirstSignal(signal, ringing.signal);
    await sleep(this.#clock, this.#pause, first.signal);
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    const { signal } = this.#closing;
    for await (const _ of watcher) {
      this.#hasRung = true;
      this.#wake();
      // A file that is written all the time rings no more often than somebody comes.
      await sleep(this.#clock, briefly, signal);
    }
  }
}

/** Undefined where the system does not tell, or tells so many already that it takes no more. */
function watch(path: string): Deno.FsWatcher | undefined {
  try {
    return Deno.watchFs(path, { recursive: false });
  } catch {
    return undefined;
  }
}
