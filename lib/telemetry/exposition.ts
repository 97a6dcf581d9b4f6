import type { Registry, RegistryContentType } from "prom-client";
import type { Distribution } from "./statistics.ts";
import type { Label, MetricDefinition } from "./metric_definition.ts";
import { metricNames, type MetricReadings, metricTable } from "./metric_table.ts";

/** A form in which metrics are served. */
type MetricsFormat = "prometheus" | "openmetrics";

/** What is served: its content type, and the text. */
interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly labels: Labels;
  readonly value: unknown;
}

type Client = typeof import("prom-client");

/** Writes out what was read of every metric of the table. */
export async function exposeMetrics(readings: MetricReadings, format: MetricsFormat): Promise<Exposition> {
  // Loaded when first asked for: it takes 20 MB, and a third of the time to start.
  // By its default export, which it has inside a bundle too.
  const { default: client } = await import("prom-client");
  const { Registry } = client;
  // A registry of its own for each answer: it belongs to no gateway, and one of either format changes the names in it.
  const registry = new Registry<RegistryContentType>();
  if (format === "openmetrics") registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const name of metricNames) fill(client, registry, { name, ...metricTable[name] }, readings[name]);
  return { contentType: registry.contentType, text: await registry.metrics() };
}

type Named = MetricDefinition & { readonly name: string };

function fill(
  client: Client,
  registry: Registry<RegistryContentType>,
  { type, labels, name, help, buckets }: Named,
  reading: unknown,
): void {
  const options = { name, help, labelNames: labels.map(({ name }) => name), registers: [registry] };
  if (type === "info") return new client.Gauge(options).set(reading as Labels, 1);
  const all = [...samples(labels, reading)];
  if (type === "counter") {
    const metric = new client.Counter(options);
    for (const { labels, value } of all) metric.inc(labels, value as number);
  } else if (type === "gauge") {
    const metric = new client.Gauge(options);
    for (const { labels, value } of all) metric.set(labels, value as number);
  } else {
    const values = all.flatMap(({ labels, value }) => seriesOf(name, labels, value as Distribution));
    const metric = new client.Histogram({ ...options, buckets: [...buckets] });
    // The client counts by itself or not at all; this is what a registry asks its metrics for.
    Object.assign(metric, { getForPromString: () => ({ name, help, type, values }) });
  }
}

/** The leaves of a reading with their labels. It goes by the table's label values: there can be no others. */
function* samples(
  [first, ...rest]: readonly Label[],
  reading: unknown,
  labels: Labels = {},
): Generator<Sample> {
  if (first === undefined) return yield { labels, value: reading };
  for (const value of first.values) {
    const below = (reading as Readonly<Record<string, unknown>>)[value];
    yield* samples(rest, below, { ...labels, [first.name]: value });
  }
}

/** A histogram's lines. */
function seriesOf(name: string, labels: Labels, { bounds, counts, sum }: Distribution) {
  let count = 0;
  const buckets = counts.map((more, index) => {
    count += more;
    const le = bounds[index] ?? "+Inf";
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
