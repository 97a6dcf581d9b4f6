import fileSystem from "node:fs/promises";
import { showSize } from "../config/mod.ts";
import { afterAbout, type Clock, type Timer } from "../protocol/mod.ts";
import { logger, Throttle } from "../telemetry/mod.ts";

const log = logger("store");
/** Milliseconds between two looks: so much is not written in that time. */
const interval = 5000;

/** What {@link FreeSpace} works with. */
interface FreeSpaceOptions {
  /** A file on the disk in question; undefined: there is none. */
  readonly file: string | undefined;
  /** Bytes that shall stay free. */
  readonly least: number;
  readonly clock: Clock;
  /** Tells how many bytes are free where a file is. */
  readonly measure?: (file: string) => Promise<number>;
}

/** Watches how much of the store's disk is free, so that new work is refused before the disk is full. */
export class FreeSpace {
  readonly #options: FreeSpaceOptions;
  readonly #warnings: Throttle;
  #shortage: string | undefined;
  #free: number | undefined;
  #timer: Timer | undefined;
  #isClosed = false;

  constructor(options: FreeSpaceOptions) {
    this.#options = options;
    this.#warnings = new Throttle({ clock: options.clock, intervalMs: 3_600_000 });
  }

  /** What is wrong, in words; undefined while enough is free, or nobody knows. */
  get shortage(): string | undefined {
    return this.#shortage;
  }

  /** Bytes that were free when it last looked; undefined where nobody knows. */
  get free(): number | undefined {
    return this.#free;
  }

  /** Bytes that shall stay free. */
  get least(): number {
    return this.#options.least;
  }

  /** Looks, and goes on looking; resolves after the first look. */
  async start(): Promise<void> {
    const { file, clock } = this.#options;
    if (file === undefined || this.#isClosed) return;
    await this.#look(file);
    // One look at a time: a disk that hangs does not gather them.
    if (!this.#isClosed) this.#timer = afterAbout(clock, interval, () => void this.start());
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  async #look(file: string): Promise<void> {
    const { least, measure = freeBytes } = this.#options;
    try {
      const free = this.#free = await measure(file);
      this.#found(
        free < least
          ? `the store's disk has ${mebibytes(free)} free, less than store.min_free (${showSize(least)})`
          : undefined,
      );
    } catch (error) {
      const { message: reason } = error as Error;
      this.#warnings.warn(log, "free", "Cannot tell how much of the store's disk is free: {reason}", {
        reason,
      });
    }
  }

  #found(shortage: string | undefined): void {
    if (shortage !== undefined && this.#shortage === undefined) {
      log.error("New predictions and jobs are refused: {shortage}", { shortage });
    } else if (shortage === undefined && this.#shortage !== undefined) {
      log.info("New predictions and jobs are taken again");
    }
    this.#shortage = shortage;
  }
}

/** How many bytes are free on the disk where a file or folder is; needs --allow-sys=statfs. */
export async function freeBytes(file: string): Promise<number> {
  const { bavail, bsize } = await fileSystem.statfs(file);
  return bavail * bsize;
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)}MiB`;
}
