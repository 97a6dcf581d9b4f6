import { blobPieceSize, type BlobRepository } from "../engine/mod.ts";

/** Reads ranges of a blob, best in order: the piece that was read last is kept. */
export class PayloadReader {
  readonly #blobs: BlobRepository;
  readonly #id: string;
  #index = -1;
  #piece: Uint8Array = new Uint8Array(0);

  constructor(blobs: BlobRepository, id: string) {
    this.#blobs = blobs;
    this.#id = id;
  }

  /** The bytes from `from` up to `to`. Throws when they are not there. */
  async read(from: number, to: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(to - from);
    let length = 0;
    while (from + length < to) {
      const position = from + length;
      const piece = await this.#pieceAt(Math.floor(position / blobPieceSize));
      const start = position % blobPieceSize;
      const part = piece.subarray(start, start + to - position);
      if (part.length === 0) throw new RangeError(`Cannot read ${this.#id}: byte ${position} is missing`);
      bytes.set(part, length);
      length += part.length;
    }
    return bytes;
  }

  async #pieceAt(index: number): Promise<Uint8Array> {
    if (index !== this.#index) {
      this.#piece = await this.#blobs.piece(this.#id, index) ?? new Uint8Array(0);
      this.#index = index;
    }
    return this.#piece;
  }
}
