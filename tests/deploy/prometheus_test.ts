import { assert, assertEquals } from "@std/assert";
import { metricNames, metricTable } from "../../lib/telemetry/mod.ts";
import { startGateway } from "../helpers/gateway.ts";
import { Scrape } from "../helpers/metrics.ts";
import { Peer } from "../helpers/peer.ts";
import { promtool, runPromtool } from "../helpers/promtool.ts";
import { testWith } from "../helpers/programs.ts";

const deploy = `${import.meta.dirname}/../../deploy`;

testWith(promtool.missing, "promtool finds nothing wrong with a scrape", async () => {
  await using server = await startGateway();
  const peer = await Peer.open(server.ws);
  const { text } = await Scrape.of(server.url);
  assertEquals(await runPromtool(["check", "metrics"], text), { success: true, output: "" });
  await peer.close();
});

testWith(promtool.missing, "promtool takes the alerts and the example of a configuration", async () => {
  for (const args of [["rules", "alerts.yml"], ["config", "prometheus.yml"]] as const) {
    const [kind, file] = args;
    const { success, output } = await runPromtool(["check", kind, `${deploy}/prometheus/${file}`]);
    assert(success, output);
  }
});

testWith(promtool.missing, "every alert is raised by what it is for, and by nothing else", async () => {
  const { success, output } = await runPromtool(["test", "rules", `${deploy}/prometheus/alerts_test.yml`]);
  assert(success, output);
});

Deno.test("every alert has a test in which it is raised", async () => {
  const [rules, tests] = await Promise.all([
    Deno.readTextFile(`${deploy}/prometheus/alerts.yml`),
    Deno.readTextFile(`${deploy}/prometheus/alerts_test.yml`),
  ]);
  const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  assert(alerts.length > 10);
  for (const alert of alerts) assert(tests.includes(`alertname: ${alert}\n        exp_alerts:\n`), alert);
});

/** Names under which the metrics of the table are stored. */
const stored = new Set<string>(
  metricNames.flatMap((name) =>
    metricTable[name].type === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => name + end) : [name]
  ),
);

for (const path of ["prometheus/alerts.yml", "prometheus/alerts_test.yml", "grafana/heliograph.json"]) {
  Deno.test(`${path} names only metrics and labels that there are`, async () => {
    const text = (await Deno.readTextFile(`${deploy}/${path}`)).replaceAll(`\\"`, `"`);
    const named = [...text.matchAll(/\b(heliograph_\w+)(?:\{([^}]*)\})?/g)];
    assert(named.length > 20);
    for (const [, name = "", selector = ""] of named) {
      if (!stored.has(name)) assert(isFamily(name) && selector === "", name);
      for (const [, label = ""] of selector.matchAll(/(\w+)=~?"/g)) {
        assert(labelsOf(name).includes(label), `${name} has no label ${label}`);
      }
    }
  });
}

Deno.test("the dashboard shows every metric of the table", async () => {
  const text = await Deno.readTextFile(`${deploy}/grafana/heliograph.json`);
  for (const name of metricNames) assert(text.includes(name), name);
});

Deno.test("the dashboard's panels have an id and a place of their own", async () => {
  const { panels } = JSON.parse(await Deno.readTextFile(`${deploy}/grafana/heliograph.json`));
  const ids = new Set<number>();
  const cells = new Set<string>();
  for (const { id, title, gridPos: { x, y, w, h } } of panels) {
    assertEquals(ids.has(id), false);
    ids.add(id);
    assert(x + w <= 24, title);
    for (let cell = 0; cell < w * h; cell += 1) {
      const place = `${x + cell % w} ${y + Math.floor(cell / w)}`;
      assertEquals(cells.has(place), false, title);
      cells.add(place);
    }
  }
});

function isFamily(name: string): boolean {
  return metricNames.some((known) => known === name);
}

/** Those of the table, and those that Prometheus and its buckets add. */
function labelsOf(name: string): string[] {
  const family = metricNames.find((known) => known === name.replace(/_(?:bucket|sum|count)$/, "")) ??
    metricNames.find((known) => known === name);
  return [
    "job",
    "instance",
    "le",
    ...family === undefined ? [] : metricTable[family].labels.map(({ name }) => name),
  ];
}
