import type { Labels, MetricName } from "../../telemetry/mod.ts";
import type { MetricPast, Point, Series } from "./past.ts";

/** A value at its labels. */
interface Value {
  readonly labels: Labels;
  readonly value: number;
}

/** What can be reckoned from metrics: by Prometheus, in its language, and by the gateway itself from its own past. */
export interface Expression {
  readonly promql: string;
  /** The metrics that it is reckoned from. */
  readonly reads: readonly MetricName[];
  readonly evaluate: (past: MetricPast) => readonly Value[];
}

/** Which series of a metric are meant: those with one of these values of a label. */
type Selection = Readonly<Record<string, string | readonly string[]>>;

/** A time as Prometheus writes it. */
export type Duration = `${number}${"m" | "s"}`;

/** How old a sample may be to be what a metric stands at, in milliseconds. */
const staleAfter = 300_000;

/** What a metric stands at. */
export function level(name: MetricName, selection: Selection = {}): Expression {
  return {
    promql: selector(name, selection),
    reads: [name],
    evaluate: (past) =>
      selected(past, name, selection).flatMap(({ labels, points }) => {
        const last = points.at(-1);
        return last === undefined || past.now - last.at > staleAfter ? [] : [{ labels, value: last.value }];
      }),
  };
}

/** How much a counter grows in a second, over a window. */
export function rate(name: MetricName, window: Duration, selection: Selection = {}): Expression {
  return overWindow("rate", name, window, selection, growthPerSecond);
}

/** How much a counter has grown within a window. */
export function increase(name: MetricName, window: Duration, selection: Selection = {}): Expression {
  return overWindow("increase", name, window, selection, (points, now, length) => {
    const growth = growthPerSecond(points, now, length);
    return growth === undefined ? undefined : growth * length / 1000;
  });
}

/** How often a value has become another one within a window. */
export function changes(name: MetricName, window: Duration, selection: Selection = {}): Expression {
  return overWindow(
    "changes",
    name,
    window,
    selection,
    (points) => points.filter(({ value }, index) => index > 0 && value !== points[index - 1]?.value).length,
  );
}

/** The most that a metric stood at within a window. */
export function most(name: MetricName, window: Duration, selection: Selection = {}): Expression {
  return overWindow(
    "max_over_time",
    name,
    window,
    selection,
    (points) => Math.max(...points.map(({ value }) => value)),
  );
}

/** The value below which a share of what a histogram has counted within a window lies. */
export function quantile(share: number, name: MetricName, window: Duration): Expression {
  const buckets = overWindow("rate", name, window, {}, growthPerSecond, "_bucket");
  return {
    promql: `histogram_quantile(${share}, sum by (instance, le) (${buckets.promql}))`,
    reads: buckets.reads,
    evaluate: (past) => {
      const value = quantileOf(share, combine("sum", ["le"], buckets.evaluate(past)));
      return Number.isNaN(value) ? [] : [{ labels: {}, value }];
    },
  };
}

/** The sum over all labels but some, for each server. */
export function sum(of: Expression, by: readonly string[] = []): Expression {
  return aggregate("sum", by, of);
}

/** The greatest over all labels but some, for each server. */
export function max(of: Expression, by: readonly string[] = []): Expression {
  return aggregate("max", by, of);
}

/** So many times as much. */
export function times(factor: number, of: Expression): Expression {
  return {
    promql: `${factor} * ${of.promql}`,
    reads: of.reads,
    evaluate: (past) => of.evaluate(past).map(({ labels, value }) => ({ labels, value: factor * value })),
  };
}

/** The length of a duration, in milliseconds. */
export function milliseconds(duration: Duration): number {
  return parseFloat(duration) * (duration.endsWith("m") ? 60_000 : 1000);
}

type Reckon = (points: readonly Point[], now: number, window: number) => number | undefined;

function overWindow(
  operation: string,
  name: MetricName,
  window: Duration,
  selection: Selection,
  reckon: Reckon,
  suffix = "",
): Expression {
  const length = milliseconds(window);
  return {
    promql: `${operation}(${selector(name + suffix, selection)}[${window}])`,
    reads: [name],
    evaluate: (past) =>
      selected(past, name + suffix, selection).flatMap(({ labels, points }) => {
        const recent = points.filter(({ at }) => at >= past.now - length);
        const value = recent.length === 0 ? undefined : reckon(recent, past.now, length);
        return value === undefined ? [] : [{ labels, value }];
      }),
  };
}

function selector(name: string, selection: Selection): string {
  const matchers = Object.entries(selection).map(([label, wanted]) =>
    typeof wanted === "string" ? `${label}="${wanted}"` : `${label}=~"${wanted.join("|")}"`
  );
  return `${name}{${[`job="heliograph"`, ...matchers].join(", ")}}`;
}

function selected(past: MetricPast, name: string, selection: Selection): readonly Series[] {
  return past.series(name).filter(({ labels }) =>
    Object.entries(selection).every(([label, wanted]) => [wanted].flat().includes(labels[label] ?? ""))
  );
}

/**
 * The growth of a counter, which begins at 0 again when its program does. As Prometheus reckons it: what the samples do not
 * cover of the window counts as far as they seem to reach.
 */
function growthPerSecond(points: readonly Point[], now: number, window: number): number | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 2 || last.at === first.at) {
    return undefined;
  }
  const growth = points.reduce((sum, { value }, index) => {
    const before = points[index - 1]?.value ?? value;
    return sum + (value < before ? value : value - before);
  }, 0);
  const covered = last.at - first.at;
  const step = covered / (points.length - 1);
  const reach = (gap: number) => gap < 1.1 * step ? gap : step / 2;
  const sinceZero = growth > 0 ? covered * first.value / growth : Infinity;
  const before = Math.min(first.at - (now - window), sinceZero);
  const whole = covered + reach(before) + reach(now - last.at);
  return 1000 * growth * whole / covered / window;
}

function aggregate(operation: "sum" | "max", by: readonly string[], of: Expression): Expression {
  return {
    promql: `${operation} by (${["instance", ...by].join(", ")}) (${of.promql})`,
    reads: of.reads,
    evaluate: (past) => combine(operation, by, of.evaluate(past)),
  };
}

function combine(operation: "sum" | "max", by: readonly string[], values: readonly Value[]): Value[] {
  const groups = new Map<string, Value>();
  for (const { labels, value } of values) {
    const kept = Object.fromEntries(by.map((label) => [label, labels[label] ?? ""]));
    const key = JSON.stringify(kept);
    const before = groups.get(key)?.value;
    const after = before === undefined
      ? value
      : operation === "sum"
      ? before + value
      : Math.max(before, value);
    groups.set(key, { labels: kept, value: after });
  }
  return [...groups.values()];
}

/** What lies within a bucket is taken to be spread over it evenly; what is above all bounds is at the highest. */
function quantileOf(share: number, buckets: readonly Value[]): number {
  const sorted = buckets.map(({ labels: { le }, value }) => ({ bound: boundOf(le), value }))
    .sort((a, b) => a.bound - b.bound);
  const wanted = share * (sorted.at(-1)?.value ?? NaN);
  if (!(wanted > 0)) return NaN;
  const index = sorted.findIndex(({ value }) => value >= wanted);
  const { bound, value } = sorted[index] ?? { bound: NaN, value: NaN };
  const below = sorted[index - 1] ?? { bound: 0, value: 0 };
  if (bound === Infinity) return below.bound;
  return below.bound + (bound - below.bound) * (wanted - below.value) / (value - below.value);
}

function boundOf(le: string | undefined): number {
  return le === "+Inf" ? Infinity : Number(le);
}
