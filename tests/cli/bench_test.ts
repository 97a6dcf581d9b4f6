import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runBench } from "../../lib/cli/bench.ts";
import { type Figure, formatNumber, formatTable } from "../../lib/cli/bench/figure.ts";
import { hasProcessStats, parseCpuSeconds, residentBytes } from "../../lib/cli/bench/process_stats.ts";
import { Progress } from "../../lib/cli/bench/progress.ts";
import { readBenchSettings } from "../../lib/cli/bench/settings.ts";
import { mean, median, percentile } from "../../lib/cli/bench/statistics.ts";
import { MemoryStdio } from "../helpers/memory_stdio.ts";

Deno.test("bench measures everything unless it is told what", () => {
  assertEquals(readBenchSettings([]), {
    scenarios: ["predictions", "fanout", "memory"],
    seconds: 8,
    json: false,
  });
});

Deno.test("bench measures what is named, each once and in its own order", () => {
  assertEquals(readBenchSettings(["memory", "--seconds=0.5", "predictions", "memory", "--json"]), {
    scenarios: ["predictions", "memory"],
    seconds: 0.5,
    json: true,
  });
});

for (const arg of ["fan-out", "--secs=3", "--seconds=", "--seconds=0", "--seconds=soon", "--json=yes"]) {
  Deno.test(`bench refuses ${arg} as wrong usage`, async () => {
    const stdio = new MemoryStdio();
    assertEquals(await runBench([arg], stdio), 2);
    assertEquals(stdio.printed, "");
    assertStringIncludes(stdio.complained, arg.startsWith("--seconds") ? "--seconds" : arg);
    assertStringIncludes(stdio.complained, "Usage: heliograph bench");
  });
}

Deno.test("bench --help says what can be measured", async () => {
  const stdio = new MemoryStdio();
  assertEquals(await runBench(["fanout", "--help"], stdio), 0);
  assertMatch(stdio.printed, /predictions.*fanout.*memory/s);
});

Deno.test("percentile() answers the value at the nearest rank, whatever the order", () => {
  const values = [50, 15, 40, 20, 35];
  assertEquals([0, 0.3, 0.4, 0.99, 1].map((share) => percentile(values, share)), [15, 20, 20, 50, 50]);
  assertEquals(values, [50, 15, 40, 20, 35]);
});

Deno.test("median() lies between the two values in the middle when their number is even", () => {
  assertEquals(median([9, 1, 4]), 4);
  assertEquals(median([9, 1, 4, 5]), 4.5);
});

Deno.test("statistics of nothing are NaN", () => {
  assertEquals([percentile([], 0.5), median([]), mean([])], [NaN, NaN, NaN]);
});

Deno.test("formatNumber() shows three digits, or all before the point", () => {
  const shown = [0, 0.01234, 9.8765, 99.96, 100.4, 1234567].map(formatNumber);
  assertEquals(shown, ["0", "0.0123", "9.88", "100", "100", "1,234,567"]);
});

Deno.test("formatTable() lines figures up and leaves out what a figure has not", () => {
  const figures: Figure[] = [
    {
      name: "rate",
      value: 1900,
      unit: "/s",
      baseline: 2000,
      ratio: 0.95,
      goal: "at least 0.9",
      reached: true,
    },
    { name: "p99", value: 12.5, unit: "ms", goal: "under 10 ms", reached: false },
    { name: "p50", value: 3, unit: "ms" },
  ];
  assertEquals(formatTable(figures).split("\n"), [
    "         value  baseline  ratio  goal          reached",
    "rate  1,900 /s  2,000 /s  0.950  at least 0.9  yes",
    "p99    12.5 ms                   under 10 ms   NO",
    "p50    3.00 ms",
    "",
  ]);
});

Deno.test("parseCpuSeconds() finds the times behind a name that looks like more fields", () => {
  assertEquals(parseCpuSeconds("42 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0"), 3);
});

Deno.test({
  name: "residentBytes() tells of a process that runs",
  ignore: !hasProcessStats,
  fn: () => assert(residentBytes(Deno.pid) > 1024 * 1024),
});

/** What a progress has written to a terminal, or to a file. */
function written(isTerminal: boolean): string {
  let text = "";
  const progress = new Progress({
    isTerminal: () => isTerminal,
    writeSync(bytes) {
      text += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  });
  progress.tell("one");
  progress.tell("one");
  progress.tell("two");
  progress.clear();
  return text;
}

Deno.test("progress is one line on a terminal, which it leaves empty, and a line each elsewhere", () => {
  assertEquals(written(true), "\r\x1b[Kone\r\x1b[Ktwo\r\x1b[K");
  assertEquals(written(false), "one\ntwo\n");
});

Deno.test("bench predictions measures a real server and what it is held against", async () => {
  const stdio = new MemoryStdio();
  assertEquals(await runBench(["predictions", "--seconds=0.1", "--json"], stdio), 0, stdio.complained);
  const { figures } = JSON.parse(stdio.printed) as { figures: Figure[] };
  assertEquals(figures.map(({ name }) => name), [
    "predictions confirmed",
    "confirmation latency, p50",
    "confirmation latency, p99",
  ]);
  for (const { value } of figures) assert(value > 0);
  assert((figures[0]?.baseline ?? 0) > 0);
});
