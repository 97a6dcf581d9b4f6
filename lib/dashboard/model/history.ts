/** The smallest and the largest of some measurements. */
interface Range {
  readonly low: number;
  readonly high: number;
}

/** What bounds a {@link History}. */
interface HistoryOptions {
  /** Names of what is measured together. */
  readonly columns: readonly string[];
  /** Seconds from one measurement to the next; later ones of the same period replace it. */
  readonly period: number;
  /** Seconds without a measurement that are a gap. */
  readonly gap: number;
  /** Seconds that are kept. */
  readonly span: number;
}

/** What was measured before: one value for each step of `interval` seconds, null where there is none. */
export interface PastMeasurements {
  /** Unix seconds. */
  readonly from: number;
  readonly interval: number;
  readonly figures: { readonly [name: string]: readonly (number | null)[] };
}

type Row = Readonly<Record<string, number | null>>;

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
  push(time: number, values: Row): void {
    const last = this.#times.at(-1);
    const { period } = this.#options;
    if (last !== undefined && time <= last) {
      // Only a clock that was set back goes back further than that.
      this.#drop(time > last - period ? 1 : this.length);
      this.#append(time > last - period ? last : time, values);
      return;
    }
    this.#append(time, values);
  }

  /** Adds what was measured before, and while nobody looked; where both are, what is here already is finer. */
  fill({ from, interval, figures }: PastMeasurements): void {
    const own = this.#times.map((time, index) => ({ time, row: this.#row(index) }))
      .filter(({ row }) => !isEmpty(row));
    const times = own.map(({ time }) => time);
    const steps = Math.max(0, ...Object.values(figures).map(({ length }) => length));
    const added = Array.from({ length: steps }, (_, index) => ({
      time: from + index * interval,
      row: Object.fromEntries(
        [...this.#columns.keys()].map((name) => [name, figures[name]?.[index] ?? null]),
      ),
    })).filter(({ time, row }) => !isEmpty(row) && !isNear(times, time, interval / 2));
    this.#drop(this.length);
    for (const { time, row } of [...own, ...added].sort((a, b) => a.time - b.time)) this.push(time, row);
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

  #row(index: number): Row {
    return Object.fromEntries([...this.#columns].map(([name, column]) => [name, column[index] ?? null]));
  }

  #append(time: number, values: Row): void {
    const last = this.#times.at(-1);
    const { period, gap } = this.#options;
    if (last !== undefined && time - last > gap) this.#add(last + period, {});
    this.#add(time, values);
  }

  #add(time: number, values: Row): void {
    this.#times.push(time);
    for (const [name, column] of this.#columns) column.push(values[name] ?? null);
    const oldest = time - this.#options.span;
    const excess = this.#times.findIndex((time) => time >= oldest);
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

function isEmpty(row: Row): boolean {
  return Object.values(row).every((value) => value === null);
}

/** Whether one of some rising times is within `distance` of another. */
function isNear(times: readonly number[], time: number, distance: number): boolean {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? Infinity) < time - distance) low = middle + 1;
    else high = middle;
  }
  return Math.abs((times[low] ?? Infinity) - time) <= distance;
}
