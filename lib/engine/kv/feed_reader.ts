import { afterAbout, type Clock } from "../../protocol/mod.ts";
import { Company } from "./company.ts";
import type { Advance, Feed, FeedOptions, FeedRow } from "./feed.ts";
import { feedPrefix, type Mark, marksKey } from "./feed_marks.ts";

/** Milliseconds for which whoever follows may fail to look: the feed keeps what is three times as old. */
const patience = 20_000;
/**
 * Milliseconds between two looks at the version, which takes some ten microseconds, with others at the store and without, and
 * at the feed where there is none. Being told of each write by the operating system costs more CPU in a busy server than it
 * saves in an idle one.
 */
const [glance, glanceAlone, look] = [50, 250, 500];
/** Milliseconds after which the others are told that this one lives, and those who do not are taken leave of. */
const tendInterval = 20_000;

interface FeedReaderOptions extends FeedOptions {
  readonly feed: Feed;
  /** The engine that it is for. */
  readonly self: string;
}

/** How far somebody has read the feed. */
export class FeedReader {
  readonly #kv: Deno.Kv;
  readonly #feed: Feed;
  readonly #self: string;
  readonly #version: () => string | undefined;
  readonly #clock: Clock;
  readonly #company: Company;
  #mark: Mark | undefined;
  #position = "";
  #seen: string | undefined;
  /** Up to when it knows of everything. */
  #knownAt: number;
  #tendedAt: number;

  private constructor({ kv, feed, version, clock, self }: FeedReaderOptions) {
    this.#kv = kv;
    this.#feed = feed;
    this.#self = self;
    this.#version = version;
    this.#clock = clock;
    this.#company = new Company(clock);
    this.#knownAt = clock.now();
    this.#tendedAt = clock.elapsed();
  }

  /** Begins to follow: of what is committed from now on nothing is left out. */
  static async open(options: FeedReaderOptions): Promise<FeedReader> {
    const reader = new FeedReader(options);
    await reader.#join();
    return reader;
  }

  /** Milliseconds since it last knew of everything. */
  get behind(): number {
    return Math.max(0, this.#clock.now() - this.#knownAt);
  }

  /** What others have appended since the last call, once there may be something; "anew" where some of it may be kept no more. */
  async next(signal: AbortSignal): Promise<readonly Advance[] | "anew"> {
    const isLate = await this.#wait(signal);
    if (signal.aborted) return [];
    if (isLate) this.#company.excuse();
    const now = this.#clock.now();
    const { rows, isMarked } = await this.#read();
    this.#knownAt = now;
    // It was silent for so long that others have taken it for gone.
    if (!isMarked) await this.#join();
    if (this.#mustTend) await this.#tend();
    return isLate || !isMarked ? "anew" : rows.flatMap(({ advances }) => advances);
  }

  /** Follows no more. */
  async leave(): Promise<void> {
    await this.#feed.marks.remove(this.#isOwn);
  }

  readonly #isOwn = ({ by, nth }: Mark): boolean => by === this.#mark?.by && nth === this.#mark.nth;

  async #join(): Promise<void> {
    // Whatever is committed after this is seen as a change.
    this.#seen = this.#version();
    this.#knownAt = this.#clock.now();
    const { mark, since } = await this.#feed.marks.leave();
    this.#mark = mark;
    this.#position = since;
  }

  /** The rows of others after the last one that was read, and whether there was none that they left out. */
  async #read(): Promise<{ rows: readonly FeedRow[]; isMarked: boolean }> {
    const rows: FeedRow[] = [];
    let isMarked = false;
    const range = { prefix: [feedPrefix], start: [feedPrefix, `${this.#position}\0`] };
    for await (const entry of this.#kv.list<unknown>(range, { batchSize: 50 })) {
      const name = String(entry.key[1]);
      if (name === marksKey[1]) {
        const { all } = this.#feed.marks.learn(entry);
        for (const { by } of all) if (by !== this.#self) this.#company.expect(by);
        isMarked = all.some(this.#isOwn);
        continue;
      }
      this.#position = name;
      const row = entry.value as FeedRow;
      if (row.by === this.#self) continue;
      this.#company.hear(row.by);
      rows.push(row);
    }
    return { rows, isMarked };
  }

  get #mustTend(): boolean {
    return !this.#company.isEmpty && this.#clock.elapsed() - this.#tendedAt >= tendInterval;
  }

  /** Says that this one lives, and removes the marks of those who have not for long. Whoever does all the same leaves another. */
  async #tend(): Promise<void> {
    this.#tendedAt = this.#clock.elapsed();
    const silent = this.#company.dismiss();
    try {
      await this.#feed.sign();
      if (silent.length > 0) await this.#feed.marks.remove(({ by }) => silent.includes(by));
    } catch {
      // Where nothing can be written now, what others write can be read all the same.
    }
  }

  /** Looks until there is something to do; answers whether that took so long that something may be gone. */
  async #wait(signal: AbortSignal): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const lookAgain = () => {
      try {
        const found = this.#look();
        if (found === "nothing") timer = afterAbout(this.#clock, this.#pause, lookAgain);
        else resolve(found === "late");
      } catch (error) {
        reject(error);
      }
    };
    let timer = afterAbout(this.#clock, this.#pause, lookAgain);
    const stop = () => resolve(false);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    try {
      return await promise;
    } finally {
      timer.cancel();
      signal.removeEventListener("abort", stop);
    }
  }

  #look(): "nothing" | "something" | "late" {
    const now = this.#clock.now();
    const version = this.#version();
    const isSame = version !== undefined && version === this.#seen;
    this.#seen = version;
    if (Math.abs(now - this.#knownAt) > patience) return "late";
    if (!isSame || this.#mustTend) return "something";
    this.#knownAt = now;
    return "nothing";
  }

  get #pause(): number {
    if (this.#seen === undefined) return look;
    return this.#company.isEmpty ? glanceAlone : glance;
  }
}
