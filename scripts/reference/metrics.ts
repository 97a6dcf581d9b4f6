import { type MetricDefinition, metricNames, metricTable } from "../../lib/telemetry/mod.ts";
import { wrapped } from "./wrapped.ts";

const scrapeConfig = `\`\`\`yaml
scrape_configs:
  - job_name: heliograph
    static_configs:
      - targets: ["127.0.0.1:10401"]
\`\`\``;

const fallbackShare = `\`\`\`promql
sum(rate(heliograph_predictions_total{way="http"}[5m])) / sum(rate(heliograph_predictions_total[5m]))
\`\`\``;

const openTelemetry = `\`\`\`sh
OTEL_DENO=true OTEL_DENO_CONSOLE=replace OTEL_SERVICE_NAME=heliograph \\
  OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 heliograph serve
\`\`\``;

const opening = [
  "# Metrics",
  "Made from lib/telemetry/metric_table.ts by `deno task docs`; edit that file, not this one.",
  wrapped(
    "`GET /metrics` answers in Prometheus' text format, or as OpenMetrics where `Accept` asks for it. Clients on this " +
      "machine may read it, and whoever sends the admin token as `Authorization: Bearer`; a request that a proxy " +
      "handed on counts as from elsewhere. `--metrics.access=all` opens it to everybody, for a Prometheus on another " +
      "machine of your network, and `off` closes it; with `--admin.port` it is on that port alone. There are no addresses, keys or names of clients in it: every " +
      "label has the values listed here and no others.",
  ),
  scrapeConfig,
  wrapped(
    "[deploy/prometheus](../deploy/prometheus) has that with alerting rules, and " +
      "[deploy/grafana](../deploy/grafana) a dashboard to import. The share of the predictions that took the " +
      "fallback over HTTP:",
  ),
  fallbackShare,
  wrapped(
    "All counters begin at 0 when the process starts. The first scrape takes a tenth of a second and 20 MB more " +
      "than the others; a gateway that nobody scrapes spends neither.",
  ),
  "## Traces and logs",
  wrapped(
    "Deno exports them itself, as OTLP, where `OTEL_DENO=true` switches it on: a span for each HTTP request that is " +
      "served and each call to the chain node, log lines, and figures of its HTTP server. " +
      "`OTEL_DENO_CONSOLE=replace` is what sends the log lines; without it they go to standard error alone, where they " +
      "go in any case. Messages on a WebSocket have no spans: count them by the metrics below.",
  ),
  openTelemetry,
  "## All metrics",
];

/** docs/metrics.md. */
export function metricsReference(): string {
  const entries = metricNames.map((name) => wrapped(describe(name, metricTable[name]), "- "));
  return `${opening.join("\n\n")}\n\n${entries.join("\n")}\n`;
}

function listed(all: readonly string[]): string {
  const [last = "", ...others] = all.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(", ")} and ${last}`;
}

function describe(name: string, { type, help, labels }: MetricDefinition): string {
  const by = labels.map(({ name, values }) => {
    const all = values.map((value) => `\`${value}\``).join(", ");
    return values.length === 0 ? `\`${name}\`` : `\`${name}\` (${all})`;
  });
  const shown = type === "info" ? "gauge" : type;
  return `**\`${name}\`**, a ${shown}${by.length === 0 ? "" : ` by ${listed(by)}`}. ${help}`;
}
