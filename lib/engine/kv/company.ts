import type { Clock } from "../../protocol/mod.ts";

/** Milliseconds after which one who says nothing is taken for gone. */
const silence = 60_000;

/** The other engines that share a store, as far as one who follows its feed has heard of them lately. */
export class Company {
  readonly #clock: Clock;
  readonly #heardAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#heardAt.size === 0;
  }

  /** One of them has said something. */
  hear(engine: string): void {
    this.#heardAt.set(engine, this.#clock.elapsed());
  }

  /** One of them is to be heard from now on. */
  expect(engine: string): void {
    if (!this.#heardAt.has(engine)) this.hear(engine);
  }

  /** All of them are: whoever asks has not listened itself. */
  excuse(): void {
    for (const engine of this.#heardAt.keys()) this.hear(engine);
  }

  /** Takes leave of those that have said nothing for long, and answers who they were. */
  dismiss(): string[] {
    const since = this.#clock.elapsed() - silence;
    const silent = [...this.#heardAt].filter(([, at]) => at < since).map(([engine]) => engine);
    for (const engine of silent) this.#heardAt.delete(engine);
    return silent;
  }
}
