/** The latest of what was added, bounded in number. */
export class Ring<T> {
  readonly #size: number;
  readonly #items: T[] = [];
  #next = 0;

  constructor(size: number) {
    this.#size = size;
  }

  add(item: T): void {
    this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % this.#size;
  }

  /** The newest first. */
  *latest(): Generator<T> {
    for (let back = 1; back <= this.#items.length; back += 1) {
      const item = this.#items[(this.#next - back + this.#items.length) % this.#items.length];
      if (item !== undefined) yield item;
    }
  }
}
