/** What SQLite's processes share about a write-ahead log: the beginning of the `-shm` file. */
export interface WalIndex {
  /** Another one whenever the log begins anew. */
  readonly salt: bigint;
  /** Frames that are committed. */
  readonly frames: number;
  readonly pageSize: number;
  /** Frames that a checkpoint has written to the database file, and those that one has begun to write. */
  readonly written: number;
  readonly beingWritten: number;
}

export const walIndexSize = 136;
export const walHeaderSize = 32;
export const frameHeaderSize = 24;

/** Reads the beginning of the `-shm` file; null while SQLite is just writing it. */
export function readWalIndex(view: DataView): WalIndex | null {
  // It is there twice, so that a reader notices a change that is under way.
  for (let at = 0; at < 48; at += 4) if (view.getUint32(at) !== view.getUint32(at + 48)) return null;
  const pageSize = view.getUint16(14, true);
  return {
    salt: view.getBigUint64(32),
    frames: view.getUint32(16, true),
    pageSize: pageSize === 1 ? 65536 : pageSize,
    written: view.getUint32(96, true),
    beingWritten: view.getUint32(128, true),
  };
}

/** A place in a write-ahead log up to which its checksums hold, with the checksum there. */
export interface WalPosition {
  readonly frame: number;
  readonly checksum: readonly [number, number];
}

/** The position before the first frame; null when the header is none, or of another log than `salt` names. */
export function readWalHeader(view: DataView, salt: bigint): WalPosition | null {
  // The last bit of the magic number says in which order the words of checksums are read; here always the little end first.
  if (view.getUint32(0) !== 0x377f0682 || view.getBigUint64(16) !== salt) return null;
  return { frame: 0, checksum: [view.getUint32(24), view.getUint32(28)] };
}

/** Frames of a log that were read into a buffer, one after the other. */
export class WalFrames {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #words: Uint32Array;
  readonly #size: number;

  constructor(count: number, pageSize: number) {
    this.#size = frameHeaderSize + pageSize;
    this.bytes = new Uint8Array(count * this.#size);
    this.#view = new DataView(this.bytes.buffer);
    this.#words = new Uint32Array(this.bytes.buffer);
  }

  /** The position after one of them, which follows `before`; null when the frame is not what was written. */
  check(number: number, salt: bigint, before: WalPosition): WalPosition | null {
    const next = this.position(number, salt, before.frame + 1);
    if (next === null) return null;
    const [start, end] = [number * this.#size, (number + 1) * this.#size];
    const header = this.#sum(start, start + 8, before.checksum);
    const [first, second] = this.#sum(start + frameHeaderSize, end, header);
    return first === next.checksum[0] && second === next.checksum[1] ? next : null;
  }

  /** The position after one of them, the log's frame `frame`, as its header has it; null when it is of another log. */
  position(number: number, salt: bigint, frame: number): WalPosition | null {
    const start = number * this.#size;
    if (this.#view.getBigUint64(start + 8) !== salt) return null;
    return { frame, checksum: [this.#view.getUint32(start + 16), this.#view.getUint32(start + 20)] };
  }

  /** SQLite's checksum over an even number of words, from one byte to another. */
  #sum(start: number, end: number, [first, second]: WalPosition["checksum"]): WalPosition["checksum"] {
    const words = this.#words;
    for (let at = start / 4; at < end / 4; at += 2) {
      first = (first + (words[at] ?? 0) + second) | 0;
      second = (second + (words[at + 1] ?? 0) + first) | 0;
    }
    return [first >>> 0, second >>> 0];
  }
}
