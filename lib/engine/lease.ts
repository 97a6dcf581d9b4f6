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

/** What a {@link Lease} works with. */
interface LeaseOptions {
  readonly store: Pick<Store, "transact" | "now">;
  readonly name: string;
  /** Under which name it is held here: the server's, so that one that is started again goes on. */
  readonly holder: () => string;
}

/** Something that one server of the store does for all, for a while by the store's clock. */
export class Lease {
  readonly #options: LeaseOptions;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Takes it for so many milliseconds from now; undefined: it is ours. */
  async take(milliseconds: number, note: string | null = null): Promise<HeldLease | undefined> {
    const { store } = this.#options;
    const holder = this.#options.holder();
    return await store.transact(async (transaction) => {
      const [now, held] = await Promise.all([store.now(), transaction.get<LeaseRecord>(this.#key)]);
      const left = held === null || held.holder === holder ? 0 : held.until - now;
      // No one holds for longer than it takes it: then the clock was set back.
      if (held !== null && left > 0 && left <= milliseconds) return { left, note: held.note };
      transaction.set(this.#key, { holder, until: now + milliseconds, note } satisfies LeaseRecord);
      return undefined;
    });
  }

  /** Lets others have it at once, if it is ours. */
  async release(): Promise<void> {
    await this.#options.store.transact(async (transaction) => {
      const held = await transaction.get<LeaseRecord>(this.#key);
      if (held?.holder === this.#options.holder()) transaction.delete(this.#key);
    });
  }

  get #key() {
    return ["leases", this.#options.name] as const;
  }
}
