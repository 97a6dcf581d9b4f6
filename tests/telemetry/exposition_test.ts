import { assertEquals } from "@std/assert";
import {
  Activity,
  Distribution,
  labelOf,
  LoopLag,
  metricNames,
  metricTable,
} from "../../lib/telemetry/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

Deno.test("names, types and labels follow Prometheus' conventions", () => {
  for (const name of metricNames) {
    const { type, help, labels, buckets } = metricTable[name];
    assertEquals(/^heliograph_[a-z]+(?:_[a-z]+)*$/.test(name), true, name);
    assertEquals(name.endsWith("_total"), type === "counter", name);
    assertEquals(/(?:milliseconds|_ms|kilobytes|percent)/.test(name), false, name);
    assertEquals(/^\S.*\.$/.test(help), true, name);
    assertEquals([...buckets].sort((a, b) => a - b), [...buckets], name);
    assertEquals(buckets.length > 0, type === "histogram", name);
    const series = labels.reduce((product, { values }) => product * Math.max(1, values.length), 1);
    assertEquals(series * (buckets.length + 3) <= 120, true, `${name} has ${series} series`);
  }
});

Deno.test("a distribution counts each value in the first bucket that takes it", () => {
  const distribution = new Distribution([1, 5]);
  for (const value of [0, 1, 1.5, 5, 6, NaN, Infinity]) distribution.add(value);
  assertEquals([distribution.counts, distribution.sum, distribution.count], [[2, 2, 1], 13.5, 5]);
});

Deno.test("what comes from outside becomes a label only where it is a known one", () => {
  const activity = new Activity();
  activity.close("client", 4999);
  activity.close("client", 1006);
  activity.refuse("__proto__");
  activity.fail("http", "toString");
  activity.poll("constructor", "error", 1);
  activity.respond(799);
  assertEquals([activity.closed.client.other, activity.closed.client["1006"]], [1, 1]);
  assertEquals([activity.refused.other, activity.errors.http.other, activity.polls.other.error], [1, 1, 1]);
  assertEquals(Object.keys(activity.refused).includes("__proto__"), false);
  assertEquals(activity.responses["5xx"], 1);
  assertEquals(labelOf(["a", "b"], "c", "a"), "a");
});

Deno.test("the lag of the event loop is what a timer is late by, and ends with the gateway", async () => {
  const clock = new FakeClock();
  const lags = new Distribution([0.1, 1]);
  const lag = new LoopLag(clock, lags);
  lag.start();
  await clock.advance(1000);
  clock.standStill(1500);
  await clock.advance(0);
  clock.setWall(-5000);
  await clock.advance(1500);
  assertEquals([lags.counts, lags.sum], [[2, 1, 0], 0.5]);
  lag.close();
  assertEquals(clock.pending, 0);
});
