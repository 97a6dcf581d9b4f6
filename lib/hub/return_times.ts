const soonest = 1000;
const longestSpread = 60_000;
/** Milliseconds, such that no more than a hundred clients come back in a second. */
const perClient = 10;

/** Milliseconds after which clients that are sent away come back: for each its own, spread evenly. */
export class ReturnTimes {
  readonly #slots: number;
  readonly #width: number;
  #given = 0;

  /** For so many clients; more begin anew. */
  constructor(clients: number) {
    this.#slots = Math.max(1, clients);
    const spread = Math.min(longestSpread, 1000 + perClient * clients);
    this.#width = Math.max(1, Math.floor(spread / this.#slots));
  }

  next(): number {
    const slot = this.#given % this.#slots;
    this.#given += 1;
    return soonest + slot * this.#width + Math.floor(Math.random() * this.#width);
  }
}
