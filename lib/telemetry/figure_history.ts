import { type FigureName, figureNames } from "./figures.ts";

/** What figures stand at; those that are not known are left out. */
export type FigureValues = { readonly [Name in FigureName]?: number };

/** How far back figures are kept, each range at a resolution of its own: milliseconds of a slot, and how many there are. */
export const ranges = {
  "1h": { slot: 10_000, count: 360, slotsPerPage: 6 },
  "24h": { slot: 240_000, count: 360, slotsPerPage: 15 },
} as const;

/** A range of history. */
export type HistoryRange = keyof typeof ranges;

/** Every range, the finest first. */
export const historyRanges = Object.keys(ranges) as readonly HistoryRange[];

/** Figures of a range: one value for each slot, oldest first, null where there is none. */
export interface FigureSeries {
  /** Unix seconds in the middle of the first slot. */
  readonly from: number;
  /** Seconds from one value to the next. */
  readonly interval: number;
  readonly figures: { readonly [Name in FigureName]?: readonly (number | null)[] };
}

/** A part of a range as it is kept on disk: the slots that follow one another from `first` on. */
export interface HistoryPage {
  readonly first: number;
  readonly figures: { readonly [name: string]: readonly (number | null)[] };
}

interface Slot {
  readonly sums: Float64Array;
  readonly counts: Uint16Array;
}

/** The mean of each figure in every slot of time: an hour finely and a day coarsely, and never more than that. */
export class FigureHistory {
  readonly #slots = new Map<HistoryRange, Map<number, Slot>>(
    historyRanges.map((range) => [range, new Map()]),
  );

  /** Takes in what figures stand at, at a time in Unix milliseconds. */
  record(at: number, values: FigureValues): void {
    for (const range of historyRanges) this.#add(range, Math.floor(at / ranges[range].slot), values);
  }

  /** The range that ends with the last whole slot. */
  read(range: HistoryRange, names: readonly FigureName[], now: number): FigureSeries {
    const { slot, count } = ranges[range];
    const first = Math.floor(now / slot) - count;
    const series = names.map((name) => [name, this.#column(range, name, first, count)] as const);
    return { from: (first + 0.5) * slot / 1000, interval: slot / 1000, figures: Object.fromEntries(series) };
  }

  /** The page that a time is on. */
  page(range: HistoryRange, at: number): HistoryPage {
    const { slot, slotsPerPage } = ranges[range];
    const first = slotsPerPage * Math.floor(at / slot / slotsPerPage);
    const columns = figureNames.map((name) =>
      [name, this.#column(range, name, first, slotsPerPage)] as const
    );
    return {
      first,
      figures: Object.fromEntries(columns.filter(([, values]) => values.some((value) => value !== null))),
    };
  }

  /** Takes over a page that was kept. */
  restore(range: HistoryRange, { first, figures }: HistoryPage): void {
    for (const name of figureNames) {
      (figures[name] ?? []).forEach((value, index) => {
        if (value !== null) this.#add(range, first + index, { [name]: value });
      });
    }
  }

  #column(range: HistoryRange, name: FigureName, first: number, count: number): (number | null)[] {
    const slots = this.#slots.get(range);
    const column = figureNames.indexOf(name);
    return Array.from({ length: count }, (_, index) => {
      const slot = slots?.get(first + index);
      const seen = slot?.counts[column] ?? 0;
      return seen === 0 ? null : rounded((slot?.sums[column] ?? 0) / seen);
    });
  }

  #add(range: HistoryRange, number: number, values: FigureValues): void {
    const slots = this.#slots.get(range);
    const slot = slots?.get(number) ?? {
      sums: new Float64Array(figureNames.length),
      counts: new Uint16Array(figureNames.length),
    };
    figureNames.forEach((name, index) => {
      const value = values[name];
      if (value === undefined || !Number.isFinite(value)) return;
      slot.sums[index] = (slot.sums[index] ?? 0) + value;
      slot.counts[index] = (slot.counts[index] ?? 0) + 1;
    });
    slots?.set(number, slot);
    this.#forget(range, number);
  }

  /** A slot more than the range has is being filled. */
  #forget(range: HistoryRange, newest: number): void {
    const slots = this.#slots.get(range);
    if (slots === undefined || slots.size <= ranges[range].count + 1) return;
    for (const number of slots.keys()) {
      if (number < newest - ranges[range].count || number > newest) slots.delete(number);
    }
  }
}

/** Five digits are more than a picture shows. */
function rounded(value: number): number {
  return Math.abs(value) >= 10_000 ? Math.round(value) : Number(value.toPrecision(5));
}
