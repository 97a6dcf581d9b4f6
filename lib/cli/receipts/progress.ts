import { counted } from "../counted.ts";
import type { ReceiptsSurroundings } from "./surroundings.ts";

/** Milliseconds between two looks. */
const pace = 200;

/** How far the reading of a file is, on one line of a terminal that is gone at the end. */
export class Progress implements Disposable {
  readonly #surroundings: ReceiptsSurroundings;
  readonly #size: number;
  #shownAt = 0;
  #shown = false;

  /** `size`: bytes of the file; 0 where that is not known. */
  constructor(surroundings: ReceiptsSurroundings, size: number) {
    this.#surroundings = surroundings;
    this.#size = size;
    this.#shownAt = surroundings.clock.elapsed();
  }

  readonly tell = (lines: number, bytes: number): void => {
    const { show, clock } = this.#surroundings;
    if (show === undefined || clock.elapsed() - this.#shownAt < pace) return;
    this.#shownAt = clock.elapsed();
    this.#shown = true;
    const share = this.#size === 0 ? "" : `, ${Math.min(100, Math.floor(100 * bytes / this.#size))} %`;
    show(`\r${counted(lines, "line")}${share}`);
  };

  [Symbol.dispose](): void {
    if (this.#shown) this.#surroundings.show?.("\r\x1b[K");
  }
}
