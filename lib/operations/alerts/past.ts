import type { Labels, Sample } from "../../telemetry/mod.ts";

/** What a series stood at, at a moment of the clock's `elapsed`. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** What was sampled under one name and the same labels. */
export interface Series {
  readonly labels: Labels;
  /** Oldest first. */
  readonly points: readonly Point[];
}

interface GrowingSeries extends Series {
  readonly points: Point[];
}

/** What metrics stood at lately, as far back as rules look. */
export class MetricPast {
  readonly #span: number;
  readonly #byName = new Map<string, Map<string, GrowingSeries>>();
  #now = 0;

  /** Samples older than `span` milliseconds are forgotten. */
  constructor(span: number) {
    this.#span = span;
  }

  /** When samples were last taken in. */
  get now(): number {
    return this.#now;
  }

  /** Takes in what was sampled at a moment. */
  add(at: number, samples: Iterable<Sample>): void {
    this.#now = at;
    for (const { name, labels, value } of samples) {
      const { points } = this.#series(name, labels);
      points.push({ at, value });
      while ((points[0]?.at ?? at) < at - this.#span) points.shift();
    }
  }

  /** All series of a name. */
  series(name: string): readonly Series[] {
    return [...this.#byName.get(name)?.values() ?? []];
  }

  #series(name: string, labels: Labels): GrowingSeries {
    const all = this.#byName.get(name) ?? new Map<string, GrowingSeries>();
    this.#byName.set(name, all);
    const key = JSON.stringify(labels);
    const series = all.get(key) ?? { labels, points: [] };
    all.set(key, series);
    return series;
  }
}
