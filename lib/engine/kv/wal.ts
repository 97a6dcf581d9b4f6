/** What SQLite's processes share about a write-ahead log: the beginning of the `-shm` file. */
export interface WalIndex {
  /** Another one whenever the log begins anew. */
  readonly salt: string;
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
export function readWalIndex(bytes: Uint8Array): WalIndex | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // It is there twice, so that a reader notices a change that is under way.
  for (let at = 0; at < 48; at += 4) if (view.getUint32(at) !== view.getUint32(at + 48)) return null;
  const pageSize = view.getUint16(14, true);
  return {
    salt: saltOf(view, 32),
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
export function readWalHeader(bytes: Uint8Array, salt: string): WalPosition | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The last bit of the magic number says in which order the words of checksums are read; here always the little end first.
  if (view.getUint32(0) !== 0x377f0682 || saltOf(view, 16) !== salt) return null;
  return { frame: 0, checksum: [view.getUint32(24), view.getUint32(28)] };
}

/** The position after a frame that follows `before`; null when the frame is not what was written. */
export function checkFrame(frame: Uint8Array, salt: string, before: WalPosition): WalPosition | null {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (saltOf(view, 8) !== salt) return null;
  const header = sum(new Uint32Array(frame.buffer, frame.byteOffset, 2), before.checksum);
  const page = new Uint32Array(
    frame.buffer,
    frame.byteOffset + frameHeaderSize,
    (frame.length - frameHeaderSize) / 4,
  );
  const checksum = sum(page, header);
  const isSame = checksum[0] === view.getUint32(16) && checksum[1] === view.getUint32(20);
  return isSame ? { frame: before.frame + 1, checksum } : null;
}

/** The position after a frame as its header has it, for whoever does not read the frame; null when it is of another log. */
export function readFrameHeader(header: Uint8Array, salt: string, frame: number): WalPosition | null {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  return saltOf(view, 8) === salt ? { frame, checksum: [view.getUint32(16), view.getUint32(20)] } : null;
}

/** SQLite's checksum of a write-ahead log, over an even number of words. */
function sum(words: Uint32Array, [first, second]: readonly [number, number]): [number, number] {
  for (let index = 0; index < words.length; index += 2) {
    first = (first + (words[index] ?? 0) + second) | 0;
    second = (second + (words[index + 1] ?? 0) + first) | 0;
  }
  return [first >>> 0, second >>> 0];
}

function saltOf(view: DataView, at: number): string {
  return `${view.getUint32(at)} ${view.getUint32(at + 4)}`;
}
