import { prometheusAlerts } from "./reference/alerts.ts";
import { configurationReference } from "./reference/configuration.ts";
import { findingsReference } from "./reference/findings.ts";
import { metricsReference } from "./reference/metrics.ts";

/** The documents that are made from the source, and what makes each of them. */
export const documents: Readonly<Record<string, () => string | Promise<string>>> = {
  "deploy/prometheus/alerts.yml": prometheusAlerts,
  "docs/configuration.md": configurationReference,
  "docs/findings.md": findingsReference,
  "docs/metrics.md": metricsReference,
};

if (import.meta.main) {
  for (const [path, make] of Object.entries(documents)) await Deno.writeTextFile(path, await make());
}
