import type { Clock } from "../protocol/mod.ts";

/** Milliseconds between two looks. */
const pace = 200;

/** How far something is, on one line of a terminal that is gone at the end. */
export class ProgressLine implements Disposable {
  readonly #clock: Clock;
  readonly #show: ((text: string) => void) | undefined;
  #shownAt: number;
  #shown = false;

  /** @param show takes what is to be shown; undefined: nobody looks */
  constructor(clock: Clock, show: ((text: string) => void) | undefined) {
    this.#clock = clock;
    this.#show = show;
    this.#shownAt = clock.elapsed();
  }

  /** Shows a text, unless another one has only just been shown. */
  tell(text: () => string): void {
    if (this.#show === undefined || this.#clock.elapsed() - this.#shownAt < pace) return;
    this.#shownAt = this.#clock.elapsed();
    this.#shown = true;
    this.#show(`\r${text()}`);
  }

  [Symbol.dispose](): void {
    if (this.#shown) this.#show?.("\r\x1b[K");
  }
}

/** The end of a text that says how far something is: `, 40 %`; none where it is not known what it will come to. */
export function shareOf(done: number, all: number): string {
  return all === 0 ? "" : `, ${Math.min(100, Math.floor(100 * done / all))} %`;
}
