/** Cuts bytes that come as they come into pieces of one size. */
export class PieceCutter {
  readonly #size: number;
  #open: Uint8Array;
  #filled = 0;

  constructor(size: number) {
    this.#size = size;
    this.#open = new Uint8Array(size);
  }

  /** Takes bytes in and answers the pieces that are full with them. */
  cut(bytes: Uint8Array): Uint8Array[] {
    const full: Uint8Array[] = [];
    for (let start = 0; start < bytes.length;) {
      const part = bytes.subarray(start, start + this.#size - this.#filled);
      this.#open.set(part, this.#filled);
      this.#filled += part.length;
      start += part.length;
      if (this.#filled === this.#size) full.push(...this.rest());
    }
    return full;
  }

  /** The piece that is not full, if there is one. */
  rest(): Uint8Array[] {
    if (this.#filled === 0) return [];
    const piece = this.#open.subarray(0, this.#filled);
    this.#open = new Uint8Array(this.#size);
    this.#filled = 0;
    return [piece];
  }
}
