import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/yaml";
import { z } from "zod";
import { alertRules, descriptionOf, filled } from "../../../lib/operations/mod.ts";
import { AlertBook } from "../../../lib/operations/alerts/alert_book.ts";
import type { Labels, Sample } from "../../../lib/telemetry/mod.ts";

const path = new URL("../../../deploy/prometheus/alerts_test.yml", import.meta.url);
const casesSchema = z.object({
  tests: z.array(z.object({
    name: z.string(),
    interval: z.string(),
    input_series: z.array(z.object({ series: z.string(), values: z.coerce.string() })),
    alert_rule_test: z.array(z.object({
      eval_time: z.string(),
      alertname: z.string(),
      exp_alerts: z.array(z.object({
        exp_labels: z.record(z.string(), z.string()),
        exp_annotations: z.object({ summary: z.string(), description: z.string() }),
      })),
    })),
  })),
});
/** What the file calls `evaluation_interval`, in seconds. */
const step = 30;

type Case = z.infer<typeof casesSchema>["tests"][number];

/** Seconds of what Prometheus writes as `3m30s`. */
function seconds(text: string): number {
  const units: Record<string, number> = { h: 3600, m: 60, s: 1 };
  return [...text.matchAll(/(\d+)([hms])/g)]
    .reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? NaN), 0);
}

/** The samples that promtool makes of `0+3x60 5 _`. */
function expand(values: string): (number | undefined)[] {
  return values.split(" ").flatMap((text) => {
    if (text === "_") return [undefined];
    const [, first, by = "0", count = "0"] = /^([\d.]+)([+-][\d.]+)?(?:x(\d+))?$/.exec(text) ?? [];
    return Array.from({ length: Number(count) + 1 }, (_, index) => Number(first) + index * Number(by));
  });
}

interface GivenSeries {
  readonly name: string;
  readonly labels: Labels;
  readonly instance: string;
  readonly values: readonly (number | undefined)[];
}

function readSeries({ series, values }: Case["input_series"][number]): GivenSeries {
  const [, name = "", selector = ""] = /^(\w+)\{(.*)\}$/.exec(series) ?? [];
  const all = Object.fromEntries(
    [...selector.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = "", value = ""]) => [label, value]),
  );
  const { instance = "", job: _, ...labels } = all;
  return { name, labels, instance, values: expand(values) };
}

/** What fires at a server after so many seconds. */
function firing(given: readonly GivenSeries[], interval: number, until: number, instance: string) {
  const book = new AlertBook(alertRules);
  for (let second = 0; second <= until; second += step) {
    const samples = given.flatMap(({ name, labels, values }): Sample[] => {
      const value = second % interval === 0 ? values[second / interval] : undefined;
      return value === undefined ? [] : [{ name, labels, value }];
    });
    book.take({ elapsed: 1000 * second, now: 1000 * second }, samples);
  }
  return book.alerts.filter(({ state }) => state === "firing").map(({ rule, labels, value }) => ({
    name: rule.name,
    labels: { ...labels, instance, severity: rule.severity },
    summary: filled(rule.summary, { ...labels, instance }, value),
    advice: filled(descriptionOf(rule), { ...labels, instance }, value),
  }));
}

const { tests } = casesSchema.parse(parse(await Deno.readTextFile(path)));
const known = new Set<string>(alertRules.map(({ name }) => name));

for (const { name, interval, input_series, alert_rule_test } of tests) {
  const given = input_series.map(readSeries);
  const judged = alert_rule_test.filter(({ alertname }) => known.has(alertname));
  if (judged.length === 0) continue;
  Deno.test(`a gateway judges by itself as Prometheus does: ${name}`, () => {
    const instances = [...new Set(given.map(({ instance }) => instance))];
    for (const { eval_time, alertname, exp_alerts } of judged) {
      const found = instances.flatMap((instance) =>
        firing(
          given.filter((series) => series.instance === instance),
          seconds(interval),
          seconds(eval_time),
          instance,
        )
      ).filter(({ name }) => name === alertname);
      const expected = exp_alerts.map(({ exp_labels: { job: _, ...labels }, exp_annotations }) => ({
        name: alertname,
        labels,
        summary: exp_annotations.summary,
        advice: exp_annotations.description.trim(),
      }));
      assertEquals<unknown>(found, expected, `${alertname} at ${eval_time}`);
    }
  });
}

Deno.test("every rule that a gateway judges is tried", () => {
  const tried = new Set(
    tests.flatMap(({ alert_rule_test }) =>
      alert_rule_test.filter(({ exp_alerts }) => exp_alerts.length > 0).map(({ alertname }) => alertname)
    ),
  );
  for (const name of known) assert(tried.has(name), name);
});

Deno.test("an alert is over when what it was raised for is, and is remembered with both times", () => {
  const rule = alertRules.find(({ name }) => name === "HeliographOffline");
  if (rule === undefined) throw new Error("there is no such rule");
  const book = new AlertBook([rule]);
  const take = (minute: number, value: number) =>
    book.take({ elapsed: 60_000 * minute, now: 1000 + 60_000 * minute }, [
      { name: "heliograph_status", labels: { status: "offline" }, value },
    ]);
  assertEquals(take(0, 1), { fired: [], ended: [] });
  assertEquals(book.alerts.map(({ state }) => state), ["pending"]);
  assertEquals(take(1, 1).fired.map(({ state, since }) => [state, since]), [["firing", 1000]]);
  assertEquals(take(2, 1), { fired: [], ended: [] });
  assertEquals(take(3, 0).ended.map(({ since, endedAt }) => [since, endedAt]), [[1000, 181_000]]);
  assertEquals([book.alerts.length, book.ended.length], [0, 1]);
  assertEquals(book.nearest(rule), {
    labels: { status: "offline" },
    value: 0,
    threshold: 1,
    holds: false,
  });
});
