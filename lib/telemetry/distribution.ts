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
