/** The smallest and the largest of some measurements. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** What bounds a {@link History}. */
export interface HistoryOptions {
  /** Names of what is measured together. */
  readonly columns: readonly string[];
  /** Seconds from one measurement to the next; after three without one there is a gap. */
  readonly period: number;
  /** How many measurements are kept. */
  readonly capacity: number;
}

/** The last measurements in columns, oldest first, as a chart takes them: a row of nulls where some are missing. */
export class History {
  readonly #options: HistoryOptions;
  readonly #times: number[] = [];
  readonly #columns: ReadonlyMap<string, (number | null)[]>;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#columns = new Map(options.columns.map((name) => [name, []]));
  }

  /** Unix seconds, rising. The same array always. */
  get times(): number[] {
    return this.#times;
  }

  get length(): number {
    return this.#times.length;
  }

  /** One value for each of {@link times}. The same array always. */
  column(name: string): (number | null)[] {
    const column = this.#columns.get(name);
    if (column === undefined) throw new RangeError(`Cannot read column "${name}": there is none`);
    return column;
  }

  /** Takes a measurement; a second one of the same moment replaces the first. */
  push(time: number, values: Readonly<Record<string, number | null>>): void {
    const last = this.#times.at(-1);
    const { period } = this.#options;
    if (last !== undefined && time <= last) {
      // Only a clock that was set back goes back further than that.
      this.#drop(time > last - period ? 1 : this.length);
      this.#append(time > last - period ? last : time, values);
      return;
    }
    if (last !== undefined && time - last > 3 * period) this.#append(last + period, {});
    this.#append(time, values);
  }

  /** Between which bounds a column's values are; undefined when it has none. */
  range(name: string): Range | undefined {
    let low = Infinity;
    let high = -Infinity;
    for (const value of this.column(name)) {
      if (value === null) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return low <= high ? { low, high } : undefined;
  }

  /** How much a column's newest value is above that of `seconds` ago; undefined when it does not go back that far. */
  change(name: string, seconds: number): number | undefined {
    const column = this.column(name);
    const now = column.at(-1);
    const start = (this.#times.at(-1) ?? 0) - seconds;
    const index = this.#times.findLastIndex((time) => time <= start);
    const then = column[index];
    return typeof now === "number" && typeof then === "number" ? now - then : undefined;
  }

  #append(time: number, values: Readonly<Record<string, number | null>>): void {
    this.#times.push(time);
    for (const [name, column] of this.#columns) column.push(values[name] ?? null);
    const excess = this.length - this.#options.capacity;
    if (excess <= 0) return;
    this.#times.splice(0, excess);
    for (const column of this.#columns.values()) column.splice(0, excess);
  }

  #drop(count: number): void {
    const kept = this.length - count;
    this.#times.length = kept;
    for (const column of this.#columns.values()) column.length = kept;
  }
}
