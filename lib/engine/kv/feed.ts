import { type Clock, sleep } from "../../protocol/mod.ts";

/** What one commit has appended to a channel of the log. */
export interface Advance {
  readonly channel: string;
  readonly first: number;
  readonly last: number;
}

/** What one commit has appended to the log, and which engine did it. */
interface FeedRow {
  readonly by: string;
  readonly advances: readonly Advance[];
}

/** Where the feed is, and how whoever follows it learns that something was committed. */
interface FeedOptions {
  readonly kv: Deno.Kv;
  /** Another text whenever somebody has committed something; undefined where only the feed itself tells. */
  readonly version: () => string | undefined;
  /** The machine's, by which the store lets go of what it keeps. */
  readonly clock: Clock;
}

const prefix = "log_feed";
/** Milliseconds for which it is kept that a channel has advanced, and for which whoever follows may fail to look. */
const [keptFor, patience] = [60_000, 20_000];
/**
 * Milliseconds between two looks at the version, which takes some ten microseconds, and at the feed where there is none. Being
 * told of each write by the operating system costs more CPU in a busy server than it saves in an idle one.
 */
const [glance, look] = [50, 500];

/** Which channels of the log have advanced, in the order of the commits, for those who share a store. */
export class Feed {
  readonly #options: FeedOptions;
  /** Tells what this engine has appended from what others have. */
  readonly #self = crypto.randomUUID();

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** Adds to a commit what it appends. Its key is the commit's own number, so that no two commits are in each other's way. */
  add(commit: Deno.AtomicOperation, advances: readonly Advance[]): void {
    const row: FeedRow = { by: this.#self, advances };
    commit.set([prefix, this.#options.kv.commitVersionstamp()], row, { expireIn: keptFor });
  }

  /** Reads what others add from now on. */
  async open(): Promise<FeedReader> {
    const seen = this.#options.version();
    let position = "";
    for await (const { key } of this.#options.kv.list({ prefix: [prefix] }, { reverse: true, limit: 1 })) {
      position = String(key[1]);
    }
    return new FeedReader({ ...this.#options, self: this.#self, position, seen });
  }
}

/** How far somebody has read the feed. */
export class FeedReader {
  readonly #kv: Deno.Kv;
  readonly #self: string;
  readonly #version: () => string | undefined;
  readonly #clock: Clock;
  #position: string;
  #seen: string | undefined;
  /** Up to when it knows of everything. */
  #knownAt: number;

  constructor(
    { kv, version, clock, self, position, seen }: FeedOptions & {
      self: string;
      position: string;
      seen: string | undefined;
    },
  ) {
    this.#kv = kv;
    this.#version = version;
    this.#clock = clock;
    this.#knownAt = clock.now();
    this.#self = self;
    this.#position = position;
    this.#seen = seen;
  }

  /** Milliseconds since it last knew of everything. */
  get behind(): number {
    return Math.max(0, this.#clock.now() - this.#knownAt);
  }

  /** What others have appended since the last call, once there may be something; "anew" where some of it may be kept no more. */
  async next(signal: AbortSignal): Promise<readonly Advance[] | "anew"> {
    const isLate = await this.#wait(signal);
    const advances: Advance[] = [];
    if (signal.aborted) return advances;
    // What follows the last key that was read.
    const range = { prefix: [prefix], start: [prefix, `${this.#position}\0`] };
    const now = this.#clock.now();
    for await (const { key, value } of this.#kv.list<FeedRow>(range, { batchSize: 50 })) {
      this.#position = String(key[1]);
      if (value.by !== this.#self) advances.push(...value.advances);
    }
    this.#knownAt = now;
    return isLate ? "anew" : advances;
  }

  /** Answers whether it has taken so long that something may be gone. */
  async #wait(signal: AbortSignal): Promise<boolean> {
    for (;;) {
      await sleep(this.#clock, this.#seen === undefined ? look : glance, signal);
      const now = this.#clock.now();
      const isLate = Math.abs(now - this.#knownAt) > patience;
      const version = this.#version();
      const isSame = version !== undefined && version === this.#seen;
      this.#seen = version;
      if (!isSame || isLate || signal.aborted) return isLate;
      this.#knownAt = now;
    }
  }
}
