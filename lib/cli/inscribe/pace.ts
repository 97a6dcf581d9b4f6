/** Milliseconds that the pace is taken over. */
const windowMs = 10_000;

interface Sample {
  readonly at: number;
  readonly count: number;
}

/** How fast something is counted lately. */
export class Pace {
  #samples: Sample[] = [];

  /** Takes note of a count at a time in milliseconds. */
  add(at: number, count: number): void {
    this.#samples.push({ at, count });
    // One that is older stays, so that there is something to measure from.
    while ((this.#samples[1]?.at ?? at) < at - windowMs) this.#samples.shift();
  }

  /** Per second; undefined while nothing can be said. */
  perSecond(now: number): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.count === first.count) return undefined;
    return 1000 * (last.count - first.count) / Math.max(1, now - first.at);
  }
}
