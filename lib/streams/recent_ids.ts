/** The ids seen last, of which a bounded number is kept. */
export class RecentIds {
  readonly #ids: Set<string>;
  readonly #most: number;

  constructor(most: number, ids: Iterable<string> = []) {
    this.#most = most;
    this.#ids = new Set(ids);
  }

  get size(): number {
    return this.#ids.size;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** The same ids, to which others are added. */
  copy(): RecentIds {
    return new RecentIds(this.#most, this.#ids);
  }

  /** Keeps an id; one that is kept already counts as seen last. */
  add(id: string): void {
    this.#ids.delete(id);
    this.#ids.add(id);
    if (this.#ids.size <= this.#most) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      return;
    }
  }
}
