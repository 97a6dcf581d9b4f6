import type { Label } from "./metric_definition.ts";
import { type MetricName, type MetricReadings, metricTable } from "./metric_table.ts";
import type { Distribution } from "./statistics.ts";

/** Names with values. */
export type Labels = Readonly<Record<string, string>>;

/** A number under the name and the labels by which Prometheus knows it. */
export interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/** A reading without what its type says of it, at its labels. */
interface Leaf {
  readonly labels: Labels;
  readonly value: unknown;
}

/** The numbers of one metric, those of a histogram under `_bucket`, `_sum` and `_count`. */
export function samplesOf(name: MetricName, readings: MetricReadings): Sample[] {
  const { type, labels } = metricTable[name];
  const reading: unknown = readings[name];
  if (type === "info") return [{ name, labels: reading as Labels, value: 1 }];
  const found = [...leaves(labels, reading)];
  if (type !== "histogram") return found.map(({ labels, value }) => ({ name, labels, value: Number(value) }));
  return found.flatMap(({ labels, value }) => histogramSamples(name, labels, value as Distribution));
}

/** The leaves of a reading with their labels. It goes by the table's label values: there can be no others. */
function* leaves([first, ...rest]: readonly Label[], reading: unknown, labels: Labels = {}): Generator<Leaf> {
  if (first === undefined) return yield { labels, value: reading };
  for (const value of first.values) {
    const below = (reading as Readonly<Record<string, unknown>>)[value];
    yield* leaves(rest, below, { ...labels, [first.name]: value });
  }
}

function histogramSamples(name: string, labels: Labels, { bounds, counts, sum }: Distribution): Sample[] {
  let count = 0;
  const buckets = counts.map((more, index) => {
    count += more;
    const le = String(bounds[index] ?? "+Inf");
    return { name: `${name}_bucket`, labels: { ...labels, le }, value: count };
  });
  return [
    ...buckets,
    { name: `${name}_sum`, labels, value: sum },
    { name: `${name}_count`, labels, value: count },
  ];
}
