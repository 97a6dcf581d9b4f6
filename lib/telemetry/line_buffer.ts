import type { Clock, Timer } from "../protocol/mod.ts";

/** Milliseconds that a line waits for company. */
const longestWait = 100;
/** Characters from which on nothing waits. */
const largestBuffer = 16 * 1024;

/** Gathers lines, since one write per line would cost more than making it. A failing `write` never reaches the caller. */
export class LineBuffer {
  readonly #write: (text: string) => void;
  readonly #clock: Clock;
  readonly #recovered: (lost: number) => void;
  #lines: string[] = [];
  #length = 0;
  #lost = 0;
  #timer: Timer | undefined;

  /** `recovered` is told how many lines were lost once a write succeeds again. */
  constructor(write: (text: string) => void, clock: Clock, recovered: (lost: number) => void) {
    this.#write = write;
    this.#clock = clock;
    this.#recovered = recovered;
  }

  /** Takes a line; an urgent one is written at once, with all before it. */
  add(line: string, urgent: boolean): void {
    this.#lines.push(line);
    this.#length += line.length;
    if (urgent || this.#length >= largestBuffer) this.flush();
    else this.#timer ??= this.#clock.after(longestWait, () => this.flush());
  }

  /** Writes what waits. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const lines = this.#lines;
    if (lines.length === 0) return;
    this.#lines = [];
    this.#length = 0;
    if (this.#attempt(lines.join(""))) this.#tellLost();
    else this.#lost += lines.length;
  }

  #attempt(text: string): boolean {
    try {
      this.#write(text);
      return true;
    } catch {
      // There is nowhere left to report it to; #tellLost does once writing works again.
      return false;
    }
  }

  #tellLost(): void {
    const lost = this.#lost;
    this.#lost = 0;
    if (lost > 0) this.#recovered(lost);
  }
}
