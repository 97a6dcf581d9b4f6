interface Waiting {
  readonly owner: string;
  readonly enter: () => void;
}

/** Lets a bounded number of tasks run at once; of those that wait, first the one whose owner has the fewest running. */
export class Slots {
  readonly #size: number;
  readonly #running = new Map<string, number>();
  readonly #waiting = new Set<Waiting>();
  #taken = 0;

  constructor(size: number) {
    this.#size = size;
  }

  /** Resolves when it is the task's turn, with what ends it; rejects with the signal's reason. */
  acquire(owner: string, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const abort = () => {
        this.#waiting.delete(waiting);
        reject(signal.reason);
      };
      const enter = () => {
        signal.removeEventListener("abort", abort);
        resolve(this.#take(owner));
      };
      const waiting = { owner, enter };
      signal.addEventListener("abort", abort, { once: true });
      this.#waiting.add(waiting);
      this.#fill();
    });
  }

  #take(owner: string): () => void {
    this.#taken += 1;
    this.#running.set(owner, (this.#running.get(owner) ?? 0) + 1);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#taken -= 1;
      const left = (this.#running.get(owner) ?? 1) - 1;
      if (left === 0) this.#running.delete(owner);
      else this.#running.set(owner, left);
      this.#fill();
    };
  }

  #fill(): void {
    for (let next = this.#next(); next !== undefined && this.#taken < this.#size; next = this.#next()) {
      this.#waiting.delete(next);
      next.enter();
    }
  }

  #next(): Waiting | undefined {
    let first: Waiting | undefined;
    let fewest = Infinity;
    for (const waiting of this.#waiting) {
      const running = this.#running.get(waiting.owner) ?? 0;
      if (running < fewest) [first, fewest] = [waiting, running];
    }
    return first;
  }
}
