import { concatBytes } from "@noble/hashes/utils.js";
import { InscriptionError } from "./errors.ts";

/** What has come of a file, up to a size: beyond that there is nothing to look into. */
export class FileStart {
  readonly #maxSize: number;
  #pieces: Uint8Array[] = [];
  #size = 0;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  add(piece: Uint8Array): void {
    this.#size += piece.length;
    if (this.#size > this.#maxSize) this.#pieces = [];
    else this.#pieces.push(piece.slice());
  }

  /** The file. Throws an {@link InscriptionError} `too_large` when it was larger. */
  whole(): Uint8Array {
    if (this.#size <= this.#maxSize) return concatBytes(...this.#pieces);
    const problem = `an archive has at most ${this.#maxSize} bytes`;
    throw new InscriptionError("too_large", `Cannot inscribe collection: ${problem}`);
  }
}
