import type { Registry, RegistryContentType } from "prom-client";
import { type MetricName, metricNames, type MetricReadings, metricTable } from "./metric_table.ts";
import { samplesOf } from "./samples.ts";

/** A form in which metrics are served. */
type MetricsFormat = "prometheus" | "openmetrics";

/** What is served: its content type, and the text. */
interface Exposition {
  readonly contentType: string;
  readonly text: string;
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
  for (const name of metricNames) fill(client, registry, name, readings);
  return { contentType: registry.contentType, text: await registry.metrics() };
}

function fill(
  client: Client,
  registry: Registry<RegistryContentType>,
  name: MetricName,
  readings: MetricReadings,
): void {
  const { type, help, labels, buckets } = metricTable[name];
  const samples = samplesOf(name, readings);
  const labelNames = labels.map(({ name }) => name);
  const options = { name, help, labelNames, registers: [registry] };
  if (type === "counter") {
    const metric = new client.Counter(options);
    for (const { labels, value } of samples) metric.inc(labels, value);
  } else if (type === "histogram") {
    const metric = new client.Histogram({ ...options, buckets: [...buckets] });
    const values = samples.map(({ name: metricName, labels, value }) => ({ metricName, labels, value }));
    // The client counts by itself or not at all; this is what a registry asks its metrics for.
    Object.assign(metric, { getForPromString: () => ({ name, help, type, values }) });
  } else {
    const metric = new client.Gauge(options);
    for (const { labels, value } of samples) metric.set(labels, value);
  }
}
