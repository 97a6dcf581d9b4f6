import { resolve } from "node:path";
import { logger } from "../../telemetry/mod.ts";
import { isFile } from "./instance_name.ts";
import {
  frameHeaderSize,
  readWalHeader,
  readWalIndex,
  WalFrames,
  walHeaderSize,
  type WalIndex,
  walIndexSize,
  type WalPosition,
} from "./wal.ts";

const log = logger("store");
/** How often an index that SQLite is just changing is read again at once. */
const attempts = 100;
/** Frames that are read at a time. */
const stretch = 32;
/** Milliseconds between two looks at older frames: the longest log is gone through in a third of a second. */
const patrolPause = 10;

/** The store is not, or not any more, the one that was opened: nothing that is written to it counts. */
class StoreLost extends Error {
  override readonly name = "StoreLost";
}

/** The paths of a store's files; none where it is no file. */
export function storeFiles(location: string): string[] {
  return isFile(location) ? ["", "-wal", "-shm"].map((suffix) => resolve(location) + suffix) : [];
}

interface Seen {
  readonly index: WalIndex;
  readonly file: Deno.FileInfo;
  /** Before the last frame of the log. */
  readonly wal: WalPosition;
}

/**
 * Watches over the files of a store. SQLite goes on writing to files that were removed or damaged behind its back, and
 * says that all is well. So after each commit, and before anybody is told of it, this looks whether the paths still lead
 * to the files that were opened, whether the database file was written by nothing but SQLite's checkpoints, and whether
 * the write-ahead log ends, at its place, with a frame that a restart would read. Once something is wrong it stays so.
 */
export class StoreGuard {
  readonly #paths: readonly string[];
  /** Open as long as the store is: closing one of SQLite's files would drop the locks that SQLite has on it. */
  #shm: Deno.FsFile | undefined;
  #wal: Deno.FsFile | undefined;
  #inodes: readonly (number | null)[] = [];
  #seen: Seen | undefined;
  /** What is read into at every look. */
  readonly #index = new DataView(new ArrayBuffer(walIndexSize));
  readonly #header = new DataView(new ArrayBuffer(walHeaderSize));
  #frames: WalFrames | undefined;
  /** Up to where older frames of the log were looked at again, and when. */
  #patrol: WalPosition = { frame: 0, checksum: [0, 0] };
  #patrolledAt = -Infinity;
  #fault: StoreLost | undefined;

  /** @param location the store, as for `openEngine`; one that is no file is not watched */
  constructor(location: string) {
    this.#paths = storeFiles(location);
  }

  /** What is wrong with the store, in words that name its file; undefined while nothing is. */
  get fault(): string | undefined {
    return this.#fault?.message;
  }

  /** Looks at the store's files now. */
  get isSound(): boolean {
    try {
      this.check();
      return true;
    } catch {
      return false;
    }
  }

  /** Another text whenever somebody has committed something; undefined where that cannot be seen. */
  get version(): string | undefined {
    if (this.#shm === undefined) return undefined;
    const index = this.#readIndex();
    return index === undefined ? "being changed" : `${index.salt} ${index.frames}`;
  }

  /** Begins to watch, once the store is open. */
  watch(): void {
    const [, wal, shm] = this.#paths;
    if (wal === undefined || shm === undefined) return;
    this.#inodes = this.#stat().map(({ ino }) => ino);
    this.#wal = Deno.openSync(wal);
    this.#shm = Deno.openSync(shm);
    this.check();
  }

  /** Throws when something was found before. */
  assertSound(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  /**
   * Throws {@link StoreLost} when what was committed until now would not be there after a restart. False where that cannot be
   * told before another process, which may not be running just now, has changed the index to the end.
   */
  check(): boolean {
    this.assertSound();
    if (this.#shm === undefined) return true;
    try {
      return this.#check();
    } catch (error) {
      throw this.fail(error instanceof StoreLost ? error.message : `cannot be looked at: ${error}`);
    }
  }

  /** From now on nothing is committed any more. Answers the error that says so. */
  fail(problem: string): StoreLost {
    if (this.#fault === undefined) {
      this.#fault = new StoreLost(`the store ${this.#paths[0]} ${problem}`);
      log.error(
        "Nothing is confirmed any more: {fault}. Before this process ends, save what /proc/{pid}/fd still holds of " +
          "its files (Linux); then put a sound copy of the store in its place, and start again",
        { fault: this.#fault.message, pid: Deno.pid },
      );
    }
    return this.#fault;
  }

  close(): void {
    this.#wal?.close();
    this.#shm?.close();
    this.#wal = this.#shm = undefined;
  }

  #check(): boolean {
    const index = this.#readIndex();
    if (index === undefined) return false;
    const files = this.#stat();
    if (files.some(({ ino }, number) => ino !== this.#inodes[number])) {
      throw new StoreLost("was replaced by another file");
    }
    const [file] = files as [Deno.FileInfo];
    const seen = this.#seen;
    if (seen !== undefined && isChanged(seen.file, file) && !mayCheckpoint(seen.index, index)) {
      // One may have begun since.
      const now = this.#readIndex();
      if (now === undefined) return false;
      if (!mayCheckpoint(seen.index, now)) {
        throw new StoreLost(
          `was written by something else (it had ${seen.file.size} bytes, now ${file.size})`,
        );
      }
    }
    const wal = this.#checkWal(index);
    if (wal !== undefined) this.#seen = { index, file, wal };
    return wal !== undefined;
  }

  /** Undefined where that cannot be told now. */
  #checkWal(index: WalIndex): WalPosition | undefined {
    for (;;) {
      const position = this.#followWal(index);
      if (position !== null) return position;
      // The log may have begun anew since, in the same file.
      const now = this.#readIndex();
      if (now === undefined) return undefined;
      if (now.salt === index.salt) throw new StoreLost("has a damaged -wal file");
      index = now;
    }
  }

  /**
   * Whether a restart would find the log's newest frame, and the one that was the newest before: a log that was cut off has
   * lost it. Of those before and between, some are looked at in turns, unless that was just done. Answers the position before
   * the newest; null where a checksum does not hold.
   */
  #followWal(index: WalIndex): WalPosition | null {
    if (index.frames === 0) return { frame: 0, checksum: [0, 0] };
    const first = readFully(this.#wal, 0, this.#header) ? readWalHeader(this.#header, index.salt) : null;
    if (first === null) return null;
    const seen = this.#seen?.index.salt === index.salt && this.#seen.wal.frame > 0 ? this.#seen.wal : first;
    if (this.#patrol.frame >= seen.frame || seen === first) this.#patrol = first;
    const next = this.#verify(seen, Math.min(seen.frame + 1, index.frames), index);
    if (!next || !this.#goOnPatrol(seen.frame, index)) return null;
    return next.frame === index.frames ? seen : this.#newest(next, index);
  }

  /** Looks at some of the frames up to `end`, where that was not just done; false where a checksum does not hold. */
  #goOnPatrol(end: number, index: WalIndex): boolean {
    const now = performance.now();
    if (now - this.#patrolledAt < patrolPause) return true;
    this.#patrolledAt = now;
    const reached = this.#verify(this.#patrol, Math.min(this.#patrol.frame + stretch, end), index);
    if (reached) this.#patrol = reached;
    return reached !== null;
  }

  /** The position before the newest frame, some frames after another position; null where its checksum does not hold. */
  #newest(after: WalPosition, index: WalIndex): WalPosition | null {
    const { salt, frames: newest } = index;
    if (after.frame + 1 === newest) return this.#verify(after, newest, index) && after;
    const frames = this.#read(newest - 2, 2, index);
    const before = frames && frames.position(0, salt, newest - 1);
    return before && frames.check(1, salt, before) && before;
  }

  /** Checks the frames that follow a position up to the frame `to`; answers the position there. */
  #verify(from: WalPosition, to: number, index: WalIndex): WalPosition | null {
    let position = from;
    while (position.frame < to) {
      const count = Math.min(stretch, to - position.frame);
      const frames = this.#read(position.frame, count, index);
      for (let number = 0; number < count; number += 1) {
        const next = frames && frames.check(number, index.salt, position);
        if (!next) return null;
        position = next;
      }
    }
    return position;
  }

  /** So many frames that follow another one; null where the file ends before. */
  #read(after: number, count: number, { pageSize }: WalIndex): WalFrames | null {
    const frames = this.#frames ??= new WalFrames(stretch, pageSize);
    const size = frameHeaderSize + pageSize;
    return readFully(this.#wal, walHeaderSize + after * size, frames.bytes.subarray(0, count * size))
      ? frames
      : null;
  }

  /** Undefined while it is being changed: whoever does that may be kept from going on by whatever else runs. */
  #readIndex(): WalIndex | undefined {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (!readFully(this.#shm, 0, this.#index)) throw new StoreLost("has a damaged -shm file");
      const index = readWalIndex(this.#index);
      if (index !== null) return index;
    }
    return undefined;
  }

  #stat(): Deno.FileInfo[] {
    return this.#paths.map((path, number) => {
      try {
        return Deno.statSync(path);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
        throw new StoreLost(number === 0 ? "was removed" : `has lost its file ${path}`);
      }
    });
  }
}

function isChanged(before: Deno.FileInfo, now: Deno.FileInfo): boolean {
  return before.size !== now.size || before.mtime?.getTime() !== now.mtime?.getTime();
}

/** Whether a checkpoint may have written to the database file since `before`: it says so in the index first. */
function mayCheckpoint(before: WalIndex, now: WalIndex): boolean {
  return before.salt !== now.salt || before.written !== now.written || now.beingWritten > now.written;
}

/** Fills a part of memory with what the file has from `start` on; false where it ends before. */
function readFully(
  file: Deno.FsFile | undefined,
  start: number,
  { buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>,
): boolean {
  file?.seekSync(start, Deno.SeekMode.Start);
  for (let read = 0; read < byteLength;) {
    const more = file?.readSync(new Uint8Array(buffer, byteOffset + read, byteLength - read)) ?? null;
    if (more === null) return false;
    read += more;
  }
  return true;
}
