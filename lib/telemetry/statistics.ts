/** The value below or at which `share` (0 to 1) of the values lie, by the nearest rank; NaN where there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? NaN;
}

/** The middle value, or the mean of the two in the middle; NaN where there are none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [lower, upper] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return lower === undefined || upper === undefined ? NaN : (lower + upper) / 2;
}

/** The arithmetic mean; NaN where there are none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** How often values of each size were seen; what a histogram is made of. */
export class Distribution {
  /** Upper bounds, ascending. */
  readonly bounds: readonly number[];
  /** How many values each bound took in that the one before it did not; the last were above all bounds. */
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  /** Takes in a value; what is no finite number is left out. */
  add(value: number): void {
    if (!Number.isFinite(value)) return;
    let index = 0;
    while (value > (this.bounds[index] ?? Infinity)) index += 1;
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.sum += value;
  }

  /** How many values there were. */
  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }
}

const kept = 1024;

/** The latest durations, bounded in number and age, in milliseconds. */
export class Latencies {
  readonly #window: number;
  #entries: { readonly at: number; readonly duration: number }[] = [];

  /** Those older than `window` milliseconds are forgotten. */
  constructor(window: number) {
    this.#window = window;
  }

  add(at: number, duration: number): void {
    this.#entries.push({ at, duration });
    if (this.#entries.length >= 2 * kept) this.#entries = this.#entries.slice(-kept);
  }

  /** The durations below which those shares of them lie, each 0 to 1; null when there are none. */
  quantiles<const Shares extends readonly number[]>(
    now: number,
    shares: Shares,
  ): { readonly [Index in keyof Shares]: number } | null {
    const recent = this.#entries.slice(-kept).filter(({ at }) => now - at < this.#window);
    if (recent.length === 0) return null;
    const sorted = recent.map(({ duration }) => duration).sort((a, b) => a - b);
    return shares.map((share) =>
      sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
    ) as {
      [Index in keyof Shares]: number;
    };
  }
}

/** What the window is divided into: counts are forgotten a slot at a time. */
const slots = 12;

interface Slot<Name extends string> {
  readonly number: number;
  readonly counts: Map<Name, number>;
}

/** How often what happened lately, by name; as few bytes however much happens. */
export class RecentCounts<Name extends string> {
  readonly #slotLength: number;
  #slots: Slot<Name>[] = [];

  /** Counts are forgotten once they are between 11/12 of `window` and `window` milliseconds old. */
  constructor(window: number) {
    this.#slotLength = window / slots;
  }

  add(now: number, name: Name): void {
    const number = this.#slotAt(now);
    let slot = this.#slots.at(-1);
    if (slot?.number !== number) {
      slot = { number, counts: new Map() };
      this.#slots = [...this.#slots, slot].slice(-slots);
    }
    slot.counts.set(name, (slot.counts.get(name) ?? 0) + 1);
  }

  /** Those that there are any of. */
  read(now: number): Map<Name, number> {
    const oldest = this.#slotAt(now) - slots + 1;
    const sums = new Map<Name, number>();
    for (const { number, counts } of this.#slots) {
      if (number < oldest) continue;
      for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
    }
    return sums;
  }

  #slotAt(now: number): number {
    return Math.floor(now / this.#slotLength);
  }
}

/** Starts a measurement; what it answers tells the seconds since. For figures only: what is decided goes by the clock. */
export function stopwatch(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
}
