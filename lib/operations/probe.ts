import { type Clock, within } from "../protocol/mod.ts";

/** What a {@link Probe} works with. */
export interface ProbeOptions {
  readonly clock: Clock;
  /** Milliseconds for which a success counts. */
  readonly validFor: number;
  /** Tries it; rejects when it does not work. */
  run(): Promise<unknown>;
}

/** Tries now and then, and one at a time, whether something works: however many ask, it costs the same. */
export class Probe {
  readonly #options: ProbeOptions;
  #running: Promise<void> | undefined;
  /** Waits that those who ask share: a run that hangs must not gather what each of them leaves. */
  readonly #waiting = new Map<number, Promise<unknown>>();
  #startedAt = 0;
  #succeededAt = -Infinity;
  #failingSince: number | undefined;

  constructor(options: ProbeOptions) {
    this.#options = options;
  }

  /** Milliseconds since when it has not worked, by a failure or by no answer; 0 while it works. */
  get troubledFor(): number {
    const now = this.#options.clock.elapsed();
    const since = this.#failingSince ?? (this.#running === undefined ? now : this.#startedAt);
    return now - since;
  }

  get isFailing(): boolean {
    return this.#failingSince !== undefined;
  }

  /**
   * Tries it when the last time is too long ago, or did not go well, or it `must` be; waits for the outcome until the try
   * takes longer than `patience`.
   */
  async ask({ patience, must }: { readonly patience: number; readonly must: boolean }): Promise<void> {
    const { clock, validFor } = this.#options;
    const isFresh = !must && !this.isFailing && clock.elapsed() - this.#succeededAt < validFor;
    if (this.#running === undefined && !isFresh) this.#start();
    if (this.#running === undefined) return;
    if (clock.elapsed() - this.#startedAt < patience) await this.#wait(patience, this.#running);
  }

  #wait(patience: number, running: Promise<void>): Promise<unknown> {
    const shared = this.#waiting.get(patience) ??
      within(this.#options.clock, this.#startedAt + patience, running)
        .finally(() => this.#waiting.delete(patience));
    this.#waiting.set(patience, shared);
    return shared;
  }

  #start(): void {
    const { clock, run } = this.#options;
    this.#startedAt = clock.elapsed();
    this.#running = run().then(() => {
      this.#succeededAt = clock.elapsed();
      this.#failingSince = undefined;
    }, () => {
      this.#failingSince ??= clock.elapsed();
    }).finally(() => this.#running = undefined);
  }
}
