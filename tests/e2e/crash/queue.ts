import type { ExactObject } from "../../../lib/protocol/mod.ts";
import { idOf, type MinerBook } from "./book.ts";

/** The messages of one miner during one life of the server: what is undecided first, then new ones among repetitions. */
export class Queue {
  readonly #book: MinerBook;
  readonly #again: ExactObject[];
  readonly #under = new Set<string>();
  readonly #endless: boolean;

  constructor(book: MinerBook, options: { readonly endless: boolean }) {
    this.#book = book;
    this.#endless = options.endless;
    this.#again = [...book.undecided.values(), ...book.someConfirmed(5)];
  }

  /** How many predictions are under way. */
  get underWay(): number {
    return this.#under.size;
  }

  /** The predictions of the next message, and its data: one prediction or a batch. Null: nothing is left. */
  next(): { predictions: ExactObject[]; data: ExactObject } | null {
    const { random } = this.#book;
    const size = random.chance(0.3) ? random.between(1, 20) : 0;
    const predictions: ExactObject[] = [];
    for (let count = Math.max(1, size); count > 0; count--) {
      const prediction = this.#take();
      if (prediction !== undefined) predictions.push(prediction);
    }
    const [first] = predictions;
    if (first === undefined) return null;
    return { predictions, data: size === 0 ? first : { predictions } };
  }

  /** Whether a prediction is under way. */
  has(id: string): boolean {
    return this.#under.has(id);
  }

  /** A prediction was confirmed. Throws when nobody waits for that. */
  settle(id: string): void {
    if (!this.#under.delete(id)) throw new Error(`${id} was confirmed more often than it was submitted`);
  }

  /** A message was given up: its predictions are to be sent again. */
  giveBack(predictions: readonly ExactObject[]): void {
    for (const prediction of predictions) this.#under.delete(idOf(prediction));
    this.#again.push(...predictions);
  }

  #take(): ExactObject | undefined {
    const [repeated] = this.#endless && this.#book.random.chance(0.05) ? this.#book.someConfirmed(1) : [];
    const prediction = this.#again.shift() ?? repeated ?? (this.#endless ? this.#book.create() : undefined);
    if (prediction === undefined) return undefined;
    if (this.#under.has(idOf(prediction))) return this.#take();
    this.#under.add(idOf(prediction));
    return prediction;
  }
}
