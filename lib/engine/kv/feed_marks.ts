/** Stands in the store for one who follows the feed. */
export interface Mark {
  /** The engine by way of which it does. */
  readonly by: string;
  /** Another one each time: a mark that is gone never comes back. */
  readonly nth: number;
}

/** The marks as they were after some commit. */
interface Known {
  readonly versionstamp: string | null;
  readonly all: readonly Mark[];
  /** Whether another engine has one. */
  readonly hasOthers: boolean;
}

export const feedPrefix = "log_feed";
/** It follows what the feed is kept under, so that whoever reads that to its end reads the marks last. */
export const marksKey = [feedPrefix, "marks"];
/** Where more servers crash than are missed, the oldest marks go: whoever lives leaves its own anew. */
const most = 500;

/** The marks of all who follow the feed, under one key, as this engine knows them. */
export class FeedMarks {
  readonly #kv: Deno.Kv;
  readonly #self: string;
  #known: Known | undefined;
  #left = 0;

  constructor(kv: Deno.Kv, self: string) {
    this.#kv = kv;
    this.#self = self;
  }

  /** As they were when somebody read them last: whoever relies on them checks that they are the same. */
  async known(): Promise<Known> {
    return this.#known ?? await this.#read();
  }

  /** They may be others: a commit that has checked them has failed. */
  doubt(): void {
    this.#known = undefined;
  }

  /** Takes note of what was found under their key. */
  learn({ value, versionstamp }: Deno.KvEntryMaybe<unknown>): Known {
    const all = value as readonly Mark[] | null ?? [];
    return this.#known = { versionstamp, all, hasOthers: all.some(({ by }) => by !== this.#self) };
  }

  /** Leaves a mark; every commit after `since` is one that has seen it. */
  async leave(): Promise<{ mark: Mark; since: string }> {
    const mark: Mark = { by: this.#self, nth: ++this.#left };
    return { mark, since: await this.#change((all) => [...all, mark].slice(-most)) };
  }

  /** Removes those of which this holds. */
  async remove(isGone: (mark: Mark) => boolean): Promise<void> {
    // Each change costs whoever commits another attempt.
    if (!(await this.known()).all.some(isGone)) return;
    await this.#change((all) => all.filter((mark) => !isGone(mark)));
  }

  async #read(): Promise<Known> {
    return this.learn(await this.#kv.get(marksKey));
  }

  /** Answers the versionstamp of the commit. */
  async #change(act: (all: readonly Mark[]) => readonly Mark[]): Promise<string> {
    for (;;) {
      const { versionstamp, all } = await this.#read();
      const value = act(all);
      const result = await this.#kv.atomic().check({ key: marksKey, versionstamp }).set(marksKey, value)
        .commit();
      if (!result.ok) continue;
      this.learn({ key: marksKey, value, versionstamp: result.versionstamp });
      return result.versionstamp;
    }
  }
}
