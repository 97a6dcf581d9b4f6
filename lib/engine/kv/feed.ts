import type { Clock } from "../../protocol/mod.ts";
import { FeedMarks, feedPrefix, marksKey } from "./feed_marks.ts";
import { FeedReader } from "./feed_reader.ts";

/** What one commit has appended to a channel of the log. */
export interface Advance {
  readonly channel: string;
  readonly first: number;
  readonly last: number;
}

/** What one commit has appended to the log, and which engine did it. */
export interface FeedRow {
  readonly by: string;
  /** None where it only says that it lives. */
  readonly advances: readonly Advance[];
}

/** Where the feed is, and how whoever follows it learns that something was committed. */
export interface FeedOptions {
  readonly kv: Deno.Kv;
  /** Another text whenever somebody has committed something; undefined where only the feed itself tells. */
  readonly version: () => string | undefined;
  /** The machine's, by which the store lets go of what it keeps. */
  readonly clock: Clock;
}

/** Milliseconds for which it is kept that a channel has advanced. */
const keptFor = 60_000;

/**
 * Which channels of the log have advanced, in the order of the commits, for those who share a store. Whoever follows leaves a
 * mark first; each commit checks the marks and adds to the feed where another engine has one. So none that comes after a mark
 * is left out, and where there is one server nobody writes what nobody reads.
 */
export class Feed {
  readonly #options: FeedOptions;
  /** Tells what this engine has appended from what others have. */
  readonly #self = crypto.randomUUID();
  readonly marks: FeedMarks;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.marks = new FeedMarks(options.kv, this.#self);
  }

  /** Has a commit tell what it appends, and fail where somebody has begun to follow whom it does not know of. */
  async add(commit: Deno.AtomicOperation, advances: readonly Advance[]): Promise<void> {
    const { versionstamp, hasOthers } = await this.marks.known();
    commit.check({ key: marksKey, versionstamp });
    if (hasOthers) this.#set(commit, advances);
  }

  /** Tells those who follow that this engine lives. */
  async sign(): Promise<void> {
    const commit = this.#options.kv.atomic();
    this.#set(commit, []);
    await commit.commit();
  }

  /** Reads what others add from now on. */
  async open(): Promise<FeedReader> {
    return await FeedReader.open({ ...this.#options, feed: this, self: this.#self });
  }

  /** The row's key is the commit's own number, so that no two commits are in each other's way. */
  #set(commit: Deno.AtomicOperation, advances: readonly Advance[]): void {
    const row: FeedRow = { by: this.#self, advances };
    commit.set([feedPrefix, this.#options.kv.commitVersionstamp()], row, { expireIn: keptFor });
  }
}
