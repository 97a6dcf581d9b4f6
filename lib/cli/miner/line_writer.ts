/** Writes lines in their order, those that gather during a write with the next one. */
export class LineWriter {
  readonly #print: (text: string) => Promise<void>;
  readonly #broken: (error: unknown) => void;
  #waiting = "";
  #writing: Promise<void> | undefined;
  #failed = false;

  /** `broken` is told once when nothing can be written any more. */
  constructor(print: (text: string) => Promise<void>, broken: (error: unknown) => void) {
    this.#print = print;
    this.#broken = broken;
  }

  write(line: string): void {
    if (this.#failed) return;
    this.#waiting += `${line}\n`;
    this.#writing ??= this.#drain();
  }

  /** Resolves once all lines are written. */
  async flushed(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting !== "") {
        const text = this.#waiting;
        this.#waiting = "";
        await this.#print(text);
      }
    } catch (error) {
      this.#failed = true;
      this.#broken(error);
    } finally {
      this.#writing = undefined;
    }
  }
}
