import { join } from "node:path";
import { showSize } from "../config/mod.ts";
import { makePrivateFolder } from "../engine/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import { logger } from "../telemetry/mod.ts";
import { freeBytes } from "./free_space.ts";
import type { StoreSize } from "./store_size.ts";

const log = logger("store");
/** Backups that are told of, the newest. */
const mostListed = 200;
const namePattern = /^heliograph-(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)Z\.db$/;

/** What the worker is asked for. */
export interface BackupTask {
  readonly location: string;
  readonly file: string;
}

/** What the worker tells. */
export type BackupNews =
  | { readonly kind: "progress"; readonly done: number; readonly all: number }
  | { readonly kind: "made"; readonly receipts: number | "all its" }
  | { readonly kind: "failed"; readonly problem: string };

/** A backup that is there. */
export interface Backup {
  readonly name: string;
  readonly bytes: number;
  /** When it was begun, in milliseconds since the Unix epoch. */
  readonly madeAt: number;
}

/** One that is being made. */
export interface BackupUnderWay {
  readonly name: string;
  readonly since: number;
  /** Receipts that were verified, and how many there are; 0 while the store is still copied. */
  readonly verified: number;
  readonly receipts: number;
}

/** Why no backup is begun: there can be none here, one is under way, or it would fill the disk. */
export type NoBackup = "unavailable" | "under_way" | "no_space";

/** A backup is not begun. The message says why, and what to do instead. */
export class BackupRefused extends Error {
  override readonly name = "BackupRefused";

  constructor(readonly reason: NoBackup, message: string) {
    super(message);
  }
}

/** What {@link Backups} work with. */
interface BackupsOptions {
  /** The store. */
  readonly location: string;
  readonly size: StoreSize;
  /** Where they are kept; undefined: none is made. */
  readonly folder: string | undefined;
  readonly clock: Clock;
  /** Tells how many bytes are free where a folder is. */
  readonly measure?: (folder: string) => Promise<number>;
}

/** Backups of the store that this server makes when it is asked to, one at a time. */
export class Backups {
  readonly #options: BackupsOptions;
  #worker: Worker | undefined;
  #underWay: BackupUnderWay | undefined;
  #isClosed = false;
  #failure: { readonly at: number; readonly problem: string } | null = null;

  constructor(options: BackupsOptions) {
    this.#options = options;
  }

  /** Where they are kept; undefined where none is made. */
  get folder(): string | undefined {
    return this.#options.size.kind === "file" ? this.#options.folder : undefined;
  }

  /** The one that is being made. */
  get underWay(): BackupUnderWay | undefined {
    return this.#underWay;
  }

  /** What became of the last one, where nothing did; null otherwise. */
  get failure(): { readonly at: number; readonly problem: string } | null {
    return this.#failure;
  }

  /** Those that are there, the newest first. */
  async list(): Promise<Backup[]> {
    const { folder } = this;
    if (folder === undefined) return [];
    const names: string[] = [];
    try {
      for await (const { name, isFile } of Deno.readDir(folder)) {
        if (isFile && namePattern.test(name)) names.push(name);
      }
    } catch (error) {
      // It is made with the first backup.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const newest = names.sort().reverse().slice(0, mostListed);
    const found = await Promise.all(newest.map((name) => describe(folder, name)));
    return found.filter((backup) => backup !== undefined);
  }

  /**
   * Begins one, and answers which.
   * @throws {BackupRefused} where there can be none now
   */
  async begin(): Promise<BackupUnderWay> {
    const folder = this.#assertPossible();
    const { clock } = this.#options;
    const since = clock.now();
    const begun = this.#underWay = { name: nameOf(since), since, verified: 0, receipts: 0 };
    try {
      makeFolder(folder);
      await this.#assertFits(folder);
      if (this.#isClosed) throw new BackupRefused("unavailable", "The server stops");
      this.#start({ location: this.#options.location, file: join(folder, begun.name) });
      return begun;
    } catch (error) {
      this.#underWay = undefined;
      throw error;
    }
  }

  /** Lets go of the one that is being made, and of what there is of it. */
  close(): void {
    this.#isClosed = true;
    const { folder } = this;
    if (this.#worker === undefined || this.#underWay === undefined || folder === undefined) return;
    const { name } = this.#underWay;
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
    // It may be whole, and the worker not heard yet that says how much it is.
    if (names.includes(name)) return this.#end({ kind: "made", receipts: "all its" });
    this.#end({ kind: "failed", problem: "the server stopped" });
    for (const part of names) if (part.startsWith(`${name}.`)) Deno.removeSync(join(folder, part));
  }

  #assertPossible(): string {
    const { kind } = this.#options.size;
    if (kind === "database") {
      throw new BackupRefused("unavailable", "The store is a database: pg_dump makes its backups");
    }
    if (kind === "memory") {
      throw new BackupRefused(
        "unavailable",
        "The store is in memory: only one in a file, or in PostgreSQL, where pg_dump does it, has backups",
      );
    }
    const { folder } = this;
    if (folder === undefined) {
      throw new BackupRefused(
        "unavailable",
        "No folder for backups is configured: start with --store.backups=FOLDER, or run heliograph store backup",
      );
    }
    if (this.#underWay !== undefined) throw new BackupRefused("under_way", "A backup is being made already");
    return folder;
  }

  /** Refuses a backup that would leave so little room on the disk that new work is refused. */
  async #assertFits(folder: string): Promise<void> {
    const { size, measure = freeBytes } = this.#options;
    // Where nobody may ask, the store's own disk is not watched either.
    const free = await measure(folder).catch(() => Infinity);
    const needed = (size.bytes ?? 0) + size.least;
    if (free >= needed) return;
    throw new BackupRefused(
      "no_space",
      `The disk of ${folder} has ${mebibytes(free)} free, less than the ${
        mebibytes(needed)
      } of the store and store.min_free (${showSize(size.least)})`,
    );
  }

  #start(task: BackupTask): void {
    const worker = this.#worker = new Worker(new URL("./backup_worker.ts", import.meta.url), {
      type: "module",
      name: "backup",
    });
    worker.onmessage = ({ data }: MessageEvent<BackupNews>) => this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end({ kind: "failed", problem: event.message });
    };
    worker.postMessage(task);
  }

  #hear(news: BackupNews): void {
    if (this.#underWay === undefined) return;
    if (news.kind !== "progress") return this.#end(news);
    this.#underWay = { ...this.#underWay, verified: news.done, receipts: news.all };
  }

  #end(news: Exclude<BackupNews, { readonly kind: "progress" }>): void {
    const { name } = this.#underWay ?? {};
    this.#worker?.terminate();
    this.#worker = this.#underWay = undefined;
    if (news.kind === "made") {
      this.#failure = null;
      log.info("Made the backup {name}: {receipts} receipts, verified", { name, receipts: news.receipts });
    } else {
      this.#failure = { at: this.#options.clock.now(), problem: news.problem };
      log.error("The backup {name} was not made: {problem}", { name, problem: news.problem });
    }
  }
}

function makeFolder(folder: string): void {
  try {
    makePrivateFolder(folder);
  } catch (cause) {
    throw new BackupRefused("unavailable", `Cannot make the folder ${folder}: ${(cause as Error).message}`);
  }
}

/** Undefined where it has gone meanwhile. */
async function describe(folder: string, name: string): Promise<Backup | undefined> {
  const { size } = await Deno.stat(join(folder, name)).catch(() => ({ size: undefined }));
  return size === undefined ? undefined : { name, bytes: size, madeAt: madeAtOf(name) };
}

/** Made of the time alone, so that it says when, and nobody else has a say in it. */
function nameOf(time: number): string {
  return `heliograph-${new Date(time).toISOString().replaceAll(":", "").replace(/\.\d+Z$/, "Z")}.db`;
}

function madeAtOf(name: string): number {
  const [, date, hours, minutes, seconds] = namePattern.exec(name) ?? [];
  return Date.parse(`${date}T${hours}:${minutes}:${seconds}Z`);
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)}MiB`;
}
