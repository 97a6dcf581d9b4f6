import { afterOthers } from "./next_turn.ts";

/** Pieces that may have any size, and bytes that they have on average where there are more. */
const [free, least] = [256, 256];
/** Pieces after which whoever else waits has a turn. */
const inOneTurn = 16;

/**
 * Counts the pieces in which a body comes, which over HTTP/2 are as small as a client makes them. The runtime works on each
 * for some 35 µs, and as long as it has more it lets nobody else have a turn.
 */
export class Pieces {
  #count = 0;
  #bytes = 0;

  /** All that has come. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What the work on them is worth in bytes. */
  get weight(): number {
    return Math.max(this.#bytes, this.#count * least);
  }

  /** One more has come; false where there are too many, so small as they are. */
  async add(bytes: number): Promise<boolean> {
    this.#count += 1;
    this.#bytes += bytes;
    if (this.#count % inOneTurn === 0) await afterOthers();
    return this.#count <= free + this.#bytes / least;
  }
}
