/** Counts what each owner holds, against a bound for each and one for all together. */
export class Quota {
  readonly #inAll: number;
  readonly #perOwner: number;
  readonly #held = new Map<string, number>();
  #total = 0;

  constructor(options: { inAll: number; perOwner: number }) {
    this.#inAll = options.inAll;
    this.#perOwner = options.perOwner;
  }

  get total(): number {
    return this.#total;
  }

  get isFull(): boolean {
    return this.#total >= this.#inAll;
  }

  /** Takes one, whatever the bounds say, and answers what gives it back; that counts once. */
  take(owner: string): () => void {
    this.#change(owner, 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#change(owner, -1);
    };
  }

  /** What stands against taking one more, as words for the owner; undefined when nothing does. */
  objection(owner: string): string | undefined {
    if ((this.#held.get(owner) ?? 0) >= this.#perOwner) {
      return `at most ${this.#perOwner} at once for one key`;
    }
    return this.isFull ? `at most ${this.#inAll} at once` : undefined;
  }

  #change(owner: string, by: number): void {
    this.#total += by;
    const held = (this.#held.get(owner) ?? 0) + by;
    if (held === 0) this.#held.delete(owner);
    else this.#held.set(owner, held);
  }
}
