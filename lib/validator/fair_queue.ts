/** What bounds a {@link FairQueue}. */
interface FairQueueOptions {
  /** What may wait in all, in the unit of the costs. */
  readonly maxCost: number;
  /** Whether more than one piece of work may be under way now. */
  hasRoom(): boolean;
}

interface Waiting {
  readonly cost: number;
  start(): void;
}

interface Line {
  readonly waiting: Waiting[];
  cost: number;
}

/**
 * Lets those who want the same scarce thing take turns: however much one of them asks for, another waits for one turn of
 * each. And however much waits, there is room for a little more from somebody else: each may have no more waiting than
 * is left free.
 */
export class FairQueue {
  readonly #options: FairQueueOptions;
  /** In the order of their turns. */
  readonly #lines = new Map<string, Line>();
  #cost = 0;
  #underWay = 0;
  #size = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  /** How much work waits for its turn. */
  get size(): number {
    return this.#size;
  }

  /** Whether work of this cost finds no room. */
  isFull(source: string, cost: number): boolean {
    const own = this.#lines.get(source)?.cost ?? 0;
    return own + cost > this.#options.maxCost - this.#cost;
  }

  /** Resolves when it is the turn of `source`, which has it until what it is answered is disposed of. */
  async turn(source: string, cost: number): Promise<Disposable> {
    if (!this.#isFree()) await this.#wait(source, cost);
    this.#underWay += 1;
    return {
      [Symbol.dispose]: () => {
        this.#underWay -= 1;
        this.#startNext();
      },
    };
  }

  #isFree(): boolean {
    return this.#underWay === 0 || (this.#size === 0 && this.#options.hasRoom());
  }

  #wait(source: string, cost: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const line = this.#lines.get(source) ?? { waiting: [], cost: 0 };
    this.#lines.set(source, line);
    line.waiting.push({ cost, start: resolve });
    line.cost += cost;
    this.#cost += cost;
    this.#size += 1;
    return promise;
  }

  #startNext(): void {
    const [next] = this.#lines;
    if (next === undefined || (this.#underWay > 0 && !this.#options.hasRoom())) return;
    const [source, line] = next;
    this.#lines.delete(source);
    const first = line.waiting.shift();
    if (line.waiting.length > 0) this.#lines.set(source, line);
    line.cost -= first?.cost ?? 0;
    this.#cost -= first?.cost ?? 0;
    this.#size -= 1;
    first?.start();
  }
}
