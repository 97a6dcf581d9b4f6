import type { Follower, Followers, Log, Store } from "../engine/mod.ts";

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

  constructor(name: string, followers: Followers, commits: Commits) {
    this.#channel = `streams/${name}`;
    this.#followers = followers;
    this.#commits = commits;
  }

  get epoch(): string {
    return this.#followers.log.epoch;
  }

  follow(follower: Follower): void {
    this.#followers.add(this.#channel, follower);
  }

  async after(offset: number): Promise<Later> {
    const { log } = this.#followers;
    const head = await log.head(this.#channel);
    const next = offset === 0 ? "lost" : await log.since(this.#channel, offset, everything);
    const entries = next === "lost" ? await log.kept(this.#channel) : next;
    const published = entries.map(({ offset, data }) => ({ offset, ...data as Kept }));
    return { offset: published.at(-1)?.offset ?? head.offset, published };
  }

  keep(offset: number, values: readonly unknown[], at: number): Promise<boolean> {
    const data = values.map((value): Kept => ({ at, value }));
    return this.#commits.append({ channel: this.#channel, offset, data });
  }
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

  /** Nobody else publishes them. */
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

/** What is to follow an offset of a channel of the log. */
interface Sequel {
  readonly channel: string;
  readonly offset: number;
  readonly data: readonly unknown[];
}

interface Waiting {
  readonly sequel: Sequel;
  readonly done: PromiseWithResolvers<boolean>;
}

/** Something else follows already. */
class Overtaken extends Error {}

/** Appends to several channels of the log: what comes while one commit is under way goes into the next one together. */
export class Commits {
  readonly #store: Pick<Store, "transact">;
  #gathered: Waiting[] = [];
  #last: Promise<void> = Promise.resolve();

  constructor(store: Pick<Store, "transact">) {
    this.#store = store;
  }

  /** Resolves once it is kept; with false when something else follows that offset already, and nothing is kept. */
  append(sequel: Sequel): Promise<boolean> {
    const done = Promise.withResolvers<boolean>();
    this.#gathered.push({ sequel, done });
    if (this.#gathered.length === 1) {
      this.#last = this.#last.then(() => this.#commit(this.#gathered.splice(0)));
    }
    return done.promise;
  }

  async #commit(waiting: readonly Waiting[]): Promise<void> {
    try {
      await this.#write(waiting.map(({ sequel }) => sequel));
      for (const { done } of waiting) done.resolve(true);
    } catch (error) {
      if (!(error instanceof Overtaken)) { for (const { done } of waiting) done.reject(error); }
      else if (waiting.length === 1) waiting[0]?.done.resolve(false);
      // One that was overtaken does not keep the others from theirs.
      else for (const each of waiting) await this.#commit([each]);
    }
  }

  async #write(sequels: readonly Sequel[]): Promise<void> {
    await this.#store.transact(async (transaction) => {
      for (const { channel, offset, data } of sequels) {
        for (const [index, each] of data.entries()) {
          if (await transaction.append(channel, each) !== offset + 1 + index) throw new Overtaken();
        }
      }
    });
  }
}
