import type { Distribution } from "./statistics.ts";

/** A label and all the values that it may have. */
export interface Label<Value extends string = string> {
  readonly name: string;
  readonly values: readonly Value[];
}

type MetricType = "gauge" | "counter" | "histogram" | "info";

/** One family of metrics. */
export interface MetricDefinition<
  Type extends MetricType = MetricType,
  Labels extends readonly Label[] = readonly Label[],
> {
  readonly type: Type;
  /** One sentence for operators. */
  readonly help: string;
  readonly labels: Labels;
  /** Upper bounds, for histograms. */
  readonly buckets: readonly number[];
}

/** A label. */
export function by<Value extends string>(name: string, values: readonly Value[]): Label<Value> {
  return { name, values };
}

/** What goes up and down. */
export function gauge<Labels extends readonly Label[]>(
  help: string,
  ...labels: Labels
): MetricDefinition<"gauge", Labels> {
  return { type: "gauge", help, labels, buckets: [] };
}

/** What only grows, from 0 at the start. */
export function counter<Labels extends readonly Label[]>(
  help: string,
  ...labels: Labels
): MetricDefinition<"counter", Labels> {
  return { type: "counter", help, labels, buckets: [] };
}

/** How values are distributed. */
export function histogram<Labels extends readonly Label[]>(
  help: string,
  buckets: readonly number[],
  ...labels: Labels
): MetricDefinition<"histogram", Labels> {
  return { type: "histogram", help, labels, buckets };
}

/** What never changes while the process runs: always 1, and told in labels. */
export function info<Names extends readonly string[]>(
  help: string,
  ...names: Names
): MetricDefinition<"info"> & { readonly names: Names } {
  return { type: "info", help, labels: names.map((name) => ({ name, values: [] })), buckets: [], names };
}

type Nested<Labels, Leaf> = Labels extends readonly [Label<infer Value>, ...infer Rest]
  ? { readonly [Each in Value]: Nested<Rest, Leaf> }
  : Leaf;

/** What a family is read as: by each of its labels in turn, then a number or a distribution. */
export type ReadingOf<D> = D extends { names: readonly (infer Name extends string)[] }
  ? { readonly [Each in Name]: string }
  : D extends MetricDefinition<"histogram", infer Labels> ? Nested<Labels, Distribution>
  : D extends MetricDefinition<MetricType, infer Labels> ? Nested<Labels, number>
  : never;
