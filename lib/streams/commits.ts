import type { Store } from "../engine/mod.ts";

/** What is to follow an offset of a channel of the log. */
export interface Sequel {
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
