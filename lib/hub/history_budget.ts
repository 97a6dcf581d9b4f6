/** What is kept of the past and can be given up. */
export interface Trimmable {
  readonly bytes: number;
  /** Forgets the older half. */
  trimHalf(): void;
}

/** Bounds the bytes that all histories keep together: when there are too many, the largest gives up its older half. */
export class HistoryBudget {
  readonly #maxBytes: number;
  readonly #histories = new Set<Trimmable>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Counts bytes that a history has gained, or lost when negative. */
  count(history: Trimmable, bytes: number): void {
    this.#histories.add(history);
    this.#bytes += bytes;
    while (this.#bytes > this.#maxBytes) {
      const largest = this.#largest();
      if (largest === undefined || largest.bytes === 0) return;
      largest.trimHalf();
    }
    if (history.bytes === 0) this.#histories.delete(history);
  }

  #largest(): Trimmable | undefined {
    let largest: Trimmable | undefined;
    for (const history of this.#histories) {
      if (largest === undefined || history.bytes > largest.bytes) largest = history;
    }
    return largest;
  }
}
