import type { Follower, Followers, Key, Log, Store } from "../engine/mod.ts";

/** A value of a stream that was published. */
export interface Published {
  readonly offset: number;
  /** When, in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly value: unknown;
}

/** What was published of a stream after some offset. */
interface Later {
  /** The newest offset. */
  readonly offset: number;
  /** What is kept of it, oldest first, without a gap up to the newest offset. */
  readonly published: readonly Published[];
}

/** Where a stream's publications are numbered and kept, beyond this process's memory. */
export interface Past {
  readonly epoch: string;
  /** Tells somebody from now on what other servers publish. */
  follow(follower: Follower): void;
  after(offset: number): Promise<Later>;
  /**
   * Keeps values as what follows an offset.
   *
   * @returns false, and nothing is kept, when something else follows it already
   */
  keep(offset: number, values: readonly unknown[], at: number): Promise<boolean>;
}

/** A value as the log keeps it, with the time that its message says. */
interface Kept {
  readonly at: number;
  readonly value: unknown;
}

/** All that the log keeps at most, in one read. */
const everything = 1e6;

/** Publications that are kept in the store's log. */
export class LoggedPast implements Past {
  readonly #followers: Followers;
  readonly #commits: Commits;
  readonly #channel: string;
  readonly #start: number;
  readonly #newest: Key | undefined;

  /**
   * @param options.start how many an earlier stream of this name has published, which are none of this one's
   * @param options.newest where the newest value is kept also when the log keeps it no more
   */
  constructor(
    name: string,
    followers: Followers,
    commits: Commits,
    { start = 0, newest }: { start?: number; newest?: Key } = {},
  ) {
    this.#channel = logChannel(name);
    this.#followers = followers;
    this.#commits = commits;
    this.#start = start;
    this.#newest = newest;
  }

  get epoch(): string {
    return this.#followers.log.epoch;
  }

  follow(follower: Follower): void {
    this.#followers.add(this.#channel, follower);
  }

  /** Tells nobody any more. */
  leave(): void {
    this.#followers.remove(this.#channel);
  }

  async after(offset: number): Promise<Later> {
    const { log } = this.#followers;
    const head = await log.head(this.#channel);
    const next = offset === 0 ? "lost" : await log.since(this.#channel, offset, everything);
    const entries = next === "lost" ? await log.kept(this.#channel) : next;
    const published = entries.map(({ offset, data }) => ({ offset, ...data as Kept }))
      .filter(({ offset }) => offset > this.#start);
    if (published.length === 0 && offset === 0) return await this.#newestAlone(head.offset);
    return { offset: published.at(-1)?.offset ?? head.offset, published };
  }

  async #newestAlone(offset: number): Promise<Later> {
    const newest = this.#newest === undefined ? null : await this.#commits.get<Published>(this.#newest);
    const isOurs = newest !== null && newest.offset > this.#start;
    return isOurs ? { offset: newest.offset, published: [newest] } : { offset, published: [] };
  }

  async keep(offset: number, values: readonly unknown[], at: number): Promise<boolean> {
    const data = values.map((value): Kept => ({ at, value }));
    return await this.#commits.append({ channel: this.#channel, follows: offset, data }) !== undefined;
  }

  /** Keeps a value as what follows whatever is the newest, and answers its offset. */
  async add(value: unknown, at: number): Promise<number> {
    const data: Kept = { at, value };
    const last = await this.#commits.append({ channel: this.#channel, data: [data], newest: this.#newest });
    if (last === undefined) throw new TypeError("What follows anything is never overtaken");
    return last;
  }
}

/** The channel of the log with what a stream publishes. */
export function logChannel(stream: string): string {
  return `streams/${stream}`;
}

/** Numbers that one start may use up. */
const perStart = 2 ** 30;

/**
 * Publications that are worth nothing after a restart, or on another server: they are not kept, and every start has
 * numbers of its own, so that none stands for two things.
 */
export class UnkeptPast implements Past {
  readonly epoch: string;
  readonly #store: Pick<Store, "transact">;
  readonly #name: string;

  constructor(name: string, log: Log, store: Pick<Store, "transact">) {
    this.epoch = log.epoch;
    this.#name = name;
    this.#store = store;
  }

  /** There is nothing to follow: no other server publishes them. */
  follow(): void {}

  async after(offset: number): Promise<Later> {
    if (offset > 0) return { offset, published: [] };
    const start = await this.#store.transact((transaction) =>
      transaction.append(`starts/${this.#name}`, null)
    );
    return { offset: (start - 1) * perStart, published: [] };
  }

  keep(): Promise<boolean> {
    return Promise.resolve(true);
  }
}

/** What is to be appended to a channel of the log. */
interface Sequel {
  readonly channel: string;
  /** The offset that it is to follow; undefined: any. */
  readonly follows?: number;
  readonly data: readonly Kept[];
  /** Where the last of it is kept besides. */
  readonly newest?: Key | undefined;
}

interface Waiting {
  readonly sequel: Sequel;
  readonly done: PromiseWithResolvers<number | undefined>;
}

/** Something else follows already. */
class Overtaken extends Error {}

/** Appends to several channels of the log: what comes while one commit is under way goes into the next one together. */
export class Commits {
  readonly #store: Pick<Store, "transact" | "get">;
  #gathered: Waiting[] = [];
  #last: Promise<void> = Promise.resolve();

  constructor(store: Pick<Store, "transact" | "get">) {
    this.#store = store;
  }

  /** Reads what is kept beside the log. */
  get<T>(key: Key): Promise<T | null> {
    return this.#store.get<T>(key);
  }

  /** Resolves with the offset of the last once it is kept; undefined, and nothing is kept, when something else is where it was to be. */
  append(sequel: Sequel): Promise<number | undefined> {
    const done = Promise.withResolvers<number | undefined>();
    this.#gathered.push({ sequel, done });
    if (this.#gathered.length === 1) {
      this.#last = this.#last.then(() => this.#commit(this.#gathered.splice(0)));
    }
    return done.promise;
  }

  async #commit(waiting: readonly Waiting[]): Promise<void> {
    try {
      const offsets = await this.#write(waiting.map(({ sequel }) => sequel));
      waiting.forEach(({ done }, index) => done.resolve(offsets[index]));
    } catch (error) {
      if (!(error instanceof Overtaken)) { for (const { done } of waiting) done.reject(error); }
      else if (waiting.length === 1) waiting[0]?.done.resolve(undefined);
      // One that was overtaken does not keep the others from theirs.
      else for (const each of waiting) await this.#commit([each]);
    }
  }

  async #write(sequels: readonly Sequel[]): Promise<number[]> {
    return await this.#store.transact(async (transaction) => {
      const offsets: number[] = [];
      for (const { channel, follows, data, newest } of sequels) {
        let last = follows ?? 0;
        for (const each of data) {
          const offset = await transaction.append(channel, each);
          if (follows !== undefined && offset !== last + 1) throw new Overtaken();
          last = offset;
          if (newest !== undefined) transaction.set(newest, { offset, ...each } satisfies Published);
        }
        offsets.push(last);
      }
      return offsets;
    });
  }
}
