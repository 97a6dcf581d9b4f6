/** Tells what is being done: one line that is rewritten on a terminal, a line each elsewhere. */
export class Progress {
  readonly #stream: { writeSync(bytes: Uint8Array): number };
  readonly #isTerminal: boolean;
  #last = "";

  constructor(stream: { writeSync(bytes: Uint8Array): number; isTerminal(): boolean }) {
    this.#stream = stream;
    this.#isTerminal = stream.isTerminal();
  }

  tell(text: string): void {
    if (text === this.#last) return;
    this.#last = text;
    this.#write(this.#isTerminal ? `\r\x1b[K${text.slice(0, 100)}` : `${text}\n`);
  }

  /** Leaves nothing behind on a terminal. */
  clear(): void {
    if (this.#isTerminal) this.#write("\r\x1b[K");
  }

  #write(text: string): void {
    this.#stream.writeSync(new TextEncoder().encode(text));
  }
}
