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
