import { Buffer } from "node:buffer";
import { deflateRawSync } from "node:zlib";
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { runBench } from "../../scripts/bench/main.ts";
import { describeBaselines, type Figure, formatNumber, formatTable } from "../../scripts/bench/figure.ts";
import {
  CpuMeter,
  cpuSeconds,
  hasProcessStats,
  parseCpuTimes,
  parseThreadTimes,
  residentBytes,
} from "../../scripts/bench/process_stats.ts";
import { Progress } from "../../scripts/bench/progress.ts";
import { readBenchSettings } from "../../scripts/bench/settings.ts";
import { SteppedClock } from "../../scripts/bench/stepped_clock.ts";
import { mean, median, percentile } from "../../lib/telemetry/mod.ts";
import { StreamReader } from "../../scripts/bench/stream_reader.ts";
import { MemoryStdio } from "../helpers/memory_stdio.ts";

Deno.test("bench measures everything unless it is told what", () => {
  assertEquals(readBenchSettings([]), {
    scenarios: ["predictions", "fanout", "streams", "http", "memory", "start", "cluster"],
    seconds: 8,
    subscribers: 1000,
    json: false,
  });
});

Deno.test("bench measures what is named, each once and in its own order", () => {
  assertEquals(
    readBenchSettings(["memory", "--seconds=0.5", "predictions", "memory", "--json", "--subscribers=20"]),
    {
      scenarios: ["predictions", "memory"],
      seconds: 0.5,
      subscribers: 20,
      json: true,
    },
  );
});

const unusable = [
  "fan-out",
  "--secs=3",
  "--seconds=",
  "--seconds=0",
  "--seconds=soon",
  "--json=yes",
  "--subscribers=1",
];
for (const arg of unusable) {
  Deno.test(`bench refuses ${arg} as wrong usage`, async () => {
    const stdio = new MemoryStdio();
    assertEquals(await runBench([arg], stdio), 2);
    assertEquals(stdio.printed, "");
    assertStringIncludes(stdio.complained, arg.replace(/=.*/, ""));
  });
}

Deno.test("bench --help says what can be measured", async () => {
  const stdio = new MemoryStdio();
  assertEquals(await runBench(["fanout", "--help"], stdio), 0);
  assertMatch(stdio.printed, /predictions.*fanout.*streams.*http.*memory/s);
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

Deno.test("formatTable() leaves out columns without a figure, and says where a ratio could not be measured", () => {
  const figures: Figure[] = [{ name: "cost", value: 2, unit: "µs", baseline: 0, ratio: NaN }];
  assertEquals(formatTable(figures).split("\n"), [
    "        value  baseline      ratio",
    "cost  2.00 µs      0 µs  too short",
    "",
  ]);
});

Deno.test("describeBaselines() says once what several figures are held against", () => {
  const figure = (name: string, against: string): Figure => ({ name, value: 1, unit: "", against });
  assertEquals(describeBaselines([figure("a", "HTTP"), figure("b", "HTTP"), figure("c", "a loop")]), [
    'baseline of "a" and 1 more: HTTP',
    'baseline of "c": a loop',
  ]);
});

Deno.test("parseThreadTimes() tells what each thread has run", () => {
  const lines = "/proc/42/task/42/schedstat:1500 20 3\n/proc/42/task/57/schedstat:500 7 1\n";
  assertEquals([...parseThreadTimes(lines)], [["42", 1500], ["57", 500]]);
  assertEquals([...parseThreadTimes("")], []);
});

Deno.test({
  name: "a CpuMeter counts what this process uses from one lap to the next, and nothing of before",
  ignore: !hasProcessStats,
  fn: () => {
    const [all, meter] = [cpuSeconds(Deno.pid), new CpuMeter(Deno.pid)];
    const first = meter.lap();
    for (const end = cpuSeconds(Deno.pid) + 0.05; cpuSeconds(Deno.pid) < end;) crypto.randomUUID();
    const second = meter.lap();
    const used = cpuSeconds(Deno.pid) - all;
    assert(second > 0, `${second}`);
    assert(first + second <= used + 0.02, `${first} and ${second} of ${used}`);
  },
});

Deno.test("parseCpuTimes() finds the times behind a name that looks like more fields", () => {
  const times = parseCpuTimes("42 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0");
  assertEquals(times, { user: 2.5, system: 0.5 });
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

Deno.test("bench streams measures every format and a bare loop, and checks what came", async () => {
  const stdio = new MemoryStdio();
  const args = ["streams", "--seconds=0.1", "--subscribers=4", "--json"];
  assertEquals(await runBench(args, stdio), 0, stdio.complained);
  const { figures } = JSON.parse(stdio.printed) as { figures: Figure[] };
  if (!hasProcessStats) return assertEquals(figures, []);
  const find = (name: string) => figures.find((figure) => figure.name === name);
  const ratios = ["plain", "batch", "deflate"].map((format) =>
    find(`bytes per message, ${format}`)?.ratio ?? NaN
  );
  assertEquals(ratios[0], 1);
  assertEquals(Math.round(ratios[1] ?? NaN), 1);
  assert((ratios[2] ?? NaN) < 0.7);
  assert((find("frames per message, batch")?.ratio ?? NaN) < 0.9);
  for (const format of ["plain", "batch", "deflate"]) {
    assert((find(`until all have it, p50, ${format}`)?.value ?? NaN) > 0);
  }
});

Deno.test("bench http sends the same predictions both ways, and counts what each sends", async () => {
  const stdio = new MemoryStdio();
  assertEquals(await runBench(["http", "--seconds=0.1", "--json"], stdio), 0, stdio.complained);
  const { figures } = JSON.parse(stdio.printed) as { figures: Figure[] };
  const find = (name: string) => figures.find((figure) => figure.name === name);
  const bytes = find("bytes per prediction");
  // A prediction and its confirmation are signed texts of some 600 bytes.
  assert((bytes?.value ?? NaN) > 1000);
  assert((bytes?.ratio ?? NaN) < 0.8);
  assert((find("bytes of an idle minute")?.ratio ?? NaN) < 0.2);
  for (const against of ["long poll", "asked each second"]) {
    assert((find(`update seen, p50, ${against}`)?.value ?? NaN) > 0);
  }
});

function streamMessage(type: string, offset: number): string {
  return JSON.stringify({ type, data: {}, timestamp: 1, offset });
}

Deno.test("a reader of the bench understands every format, and knows how far it has come", () => {
  const reader = new StreamReader();
  reader.take(JSON.stringify({ type: "subscribed", stream: "peers", offset: 9 }));
  reader.take(streamMessage("peers", 1));
  reader.take(`[${streamMessage("peers", 2)},${streamMessage("receipts", 7)}]`);
  const deflated: Buffer = deflateRawSync(streamMessage("receipts", 8));
  reader.take(new Uint8Array(deflated).buffer);
  assert(reader.hasReached({ peers: 2, receipts: 8 }));
  assert(!reader.hasReached({ peers: 3, receipts: 8 }));
  assertEquals(reader.frames, 4);
  assertEquals(reader.takeMessages().at(-1), streamMessage("receipts", 8));
  assertEquals([reader.frames, reader.takeMessages()], [0, []]);
});

for (const offset of [4, 5, 7]) {
  Deno.test(`a reader of the bench refuses number ${offset} after number 5`, () => {
    const reader = new StreamReader();
    reader.take(streamMessage("peers", 5));
    assertThrows(
      () => reader.take(streamMessage("peers", offset)),
      Error,
      `number ${offset} came after number 5`,
    );
  });
}

Deno.test("a stepped clock runs what falls due in order, what that starts too, and nothing that was cancelled", async () => {
  const clock = new SteppedClock(1000);
  const ran: string[] = [];
  const note = (name: string) => () => ran.push(`${name} at ${clock.now()}`);
  clock.after(30, note("late"));
  clock.after(10, () => {
    note("early")();
    clock.after(5, note("started"));
  });
  clock.after(20, note("cancelled")).cancel();
  clock.after(60, note("not yet"));
  await clock.pass(50, () => Promise.resolve());
  assertEquals(ran, ["early at 1010", "started at 1015", "late at 1030"]);
  assertEquals(clock.now(), 1050);
});

Deno.test("before a clock goes on what is under way plans what it has to", async () => {
  const clock = new SteppedClock(1000);
  const ran: number[] = [];
  let isUnderWay = true;
  await clock.pass(50, () => {
    if (isUnderWay) clock.after(10, () => ran.push(clock.now()));
    isUnderWay = false;
    return Promise.resolve();
  });
  assertEquals(ran, [1010]);
});
