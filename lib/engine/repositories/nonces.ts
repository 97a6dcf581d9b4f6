import type { Store, Transaction } from "../store.ts";

/** Nonces that no server of the store takes a second time. */
export class NonceRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Uses a signer's nonce up for so many milliseconds at least, and does something else in the same transaction; false, and
   * nothing is done, when it was used before.
   */
  async claim(
    signer: string,
    nonce: string,
    lifetime: number,
    also: (transaction: Transaction) => Promise<void> = () => Promise.resolve(),
  ): Promise<boolean> {
    return await this.#store.transact(async (transaction) => {
      const key = ["nonces", signer, nonce] as const;
      if (await transaction.get(key) !== null) return false;
      transaction.set(key, true, { expireIn: lifetime });
      await also(transaction);
      return true;
    });
  }
}
