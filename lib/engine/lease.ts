import type { Store } from "./store.ts";

/** What the store keeps of a lease. */
interface LeaseRecord {
  readonly holder: string;
  /** In milliseconds since the Unix epoch, by the store's clock. */
  readonly until: number;
  readonly note: string | null;
}

/** That somebody else has a lease. */
export interface HeldLease {
  /** Milliseconds for which it holds if it is not taken anew. */
  readonly left: number;
  /** What the holder said when it took it last. */
  readonly note: string | null;
}

/** Something that one server of the store does for all, for a while by the store's clock. */
export interface Lease {
  /** Takes it for so many milliseconds from now; undefined: it is ours. */
  take(milliseconds: number, note?: string | null): Promise<HeldLease | undefined>;
  /** Lets others have it at once, if it is ours. */
  release(): Promise<void>;
}

/** What {@link Leases} work with. */
interface LeasesOptions {
  readonly store: Pick<Store, "transact" | "now">;
  /** Under which name they are held here: the server's, so that one that is started again goes on. */
  readonly holder: () => string;
}

interface Wish {
  readonly name: string;
  readonly milliseconds: number;
  readonly note: string | null;
  readonly done: PromiseWithResolvers<HeldLease | undefined>;
}

/** The leases of one server: those that it takes in the same turn it takes together, and knows of in the same turn. */
export class Leases {
  readonly #options: LeasesOptions;
  #wishes: Wish[] = [];

  constructor(options: LeasesOptions) {
    this.#options = options;
  }

  /** The lease with a name. */
  of(name: string): Lease {
    return {
      take: (milliseconds, note = null) =>
        this.#take({ name, milliseconds, note, done: Promise.withResolvers() }),
      release: () => this.#release(name),
    };
  }

  #take(wish: Wish): Promise<HeldLease | undefined> {
    if (this.#wishes.push(wish) === 1) {
      void Promise.resolve().then(() => this.#takeAll(this.#wishes.splice(0)));
    }
    return wish.done.promise;
  }

  async #takeAll(wishes: readonly Wish[]): Promise<void> {
    const { store } = this.#options;
    const holder = this.#options.holder();
    try {
      const others = await store.transact(async (transaction) => {
        const [now, leases] = await Promise.all([
          store.now(),
          transaction.getMany<LeaseRecord>(wishes.map(({ name }) => keyOf(name))),
        ]);
        return wishes.map(({ name, milliseconds, note }, index) => {
          const held = leases[index] ?? null;
          const left = held === null || held.holder === holder ? 0 : held.until - now;
          // No one holds for longer than it takes it: then the clock was set back.
          if (held !== null && left > 0 && left <= milliseconds) return { left, note: held.note };
          transaction.set(keyOf(name), { holder, until: now + milliseconds, note } satisfies LeaseRecord);
          return undefined;
        });
      });
      wishes.forEach(({ done }, index) => done.resolve(others[index]));
    } catch (error) {
      for (const { done } of wishes) done.reject(error);
    }
  }

  async #release(name: string): Promise<void> {
    const { store, holder } = this.#options;
    await store.transact(async (transaction) => {
      const held = await transaction.get<LeaseRecord>(keyOf(name));
      if (held?.holder === holder()) transaction.delete(keyOf(name));
    });
  }
}

function keyOf(name: string) {
  return ["leases", name] as const;
}
