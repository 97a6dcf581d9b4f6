import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type LogEntry, Sequence } from "../../lib/engine/mod.ts";
import { settle } from "../helpers/fake_clock.ts";
import { LogLines } from "../helpers/log_lines.ts";
import { FakeLog } from "../helpers/fake_log.ts";

interface Item {
  readonly offset: number;
  readonly from: "here" | "log";
}

function create(log = new FakeLog()) {
  const taken: Item[] = [];
  const skipped: number[] = [];
  const late: Item[] = [];
  const sequence = new Sequence<Item>({
    log,
    channel: "a",
    read: ({ offset }) => ({ offset, from: "log" }),
    take: (item) => void taken.push(item),
    skip: (offset) => void skipped.push(offset),
    late: (item) => void late.push(item),
  });
  const append = (count: number): LogEntry[] => Array.from({ length: count }, () => log.append("a", null));
  const here = ({ offset }: LogEntry) => sequence.offer({ offset, from: "here" });
  return {
    log,
    sequence,
    taken,
    skipped,
    late,
    append,
    here,
    offsets: () => taken.map(({ offset }) => offset),
  };
}

Deno.test("what comes in its order is handed on at once, and nothing is read", async () => {
  const { log, sequence, append, here, taken, skipped, late } = create();
  append(2);
  await sequence.begin();
  const { reads } = log;
  const [third, fourth, fifth] = append(3) as [LogEntry, LogEntry, LogEntry];
  here(third);
  sequence.take([fourth]);
  here(fifth);
  assertEquals(taken, [{ offset: 3, from: "here" }, { offset: 4, from: "log" }, { offset: 5, from: "here" }]);
  assertEquals([late, skipped, log.reads], [[], [2], reads]);
  here(fifth);
  assertEquals(late, [{ offset: 5, from: "here" }]);
});

Deno.test("what is missing before an entry is read first, and what comes meanwhile waits for its turn", async () => {
  const { sequence, append, here, taken } = create();
  await sequence.begin();
  const entries = append(5);
  here(entries[2] as LogEntry);
  here(entries[4] as LogEntry);
  assertEquals(taken, []);
  await settle();
  assertEquals(taken.map(({ offset, from }) => `${offset} ${from}`), [
    "1 log",
    "2 log",
    "3 here",
    "4 log",
    "5 here",
  ]);
});

Deno.test("what came before the beginning is not told, and what comes during it is", async () => {
  const { sequence, append, here, offsets, late } = create();
  const before = append(3);
  const beginning = sequence.begin();
  sequence.take(before.slice(0, 2));
  here(before[2] as LogEntry);
  await beginning;
  sequence.take(append(1));
  assertEquals(offsets(), [4]);
  assertEquals(late.at(-1), { offset: 3, from: "here" });
});

Deno.test("whoever looks is told of what nobody has told, however much it is", async () => {
  const { sequence, append, offsets } = create();
  await sequence.begin();
  append(250);
  await sequence.look();
  assertEquals(offsets(), Array.from({ length: 250 }, (_, index) => index + 1));
  await sequence.look();
  assertEquals(offsets().length, 250);
});

Deno.test("what is kept no more is skipped, and the rest told", async () => {
  const log = new FakeLog();
  const { sequence, append, offsets, skipped } = create(log);
  await sequence.begin();
  log.size = 3;
  sequence.take(append(10).slice(-1));
  await settle();
  assertEquals([skipped, offsets()], [[0, 7], [8, 9, 10]]);
});

Deno.test("an entry does not wait for those before it when the log cannot be read", async () => {
  const log = new FakeLog();
  const { sequence, append, here, taken, skipped } = create(log);
  await sequence.begin();
  log.fault = new Error("no store");
  const entries = append(6);
  here(entries[3] as LogEntry);
  sequence.take(entries.slice(5));
  await settle();
  assertEquals([skipped, taken], [[0, 3, 5], [{ offset: 4, from: "here" }, { offset: 6, from: "log" }]]);
});

Deno.test("whatever comes when, each entry is handed on once and in order", async () => {
  const tale = fc.array(
    fc.record({
      from: fc.constantFrom("here", "elsewhere", "elsewhere", "unheard", "again"),
      late: fc.nat(4),
      wait: fc.boolean(),
    }),
    { maxLength: 60 },
  );
  await fc.assert(fc.asyncProperty(tale, async (steps) => {
    const { sequence, append, here, offsets } = create();
    const beginning = sequence.begin();
    const due: (() => void)[][] = [];
    let all: LogEntry[] = [];
    for (const { from, late, wait } of steps) {
      const appended = from === "again" ? all.slice(-3) : append(1);
      if (from !== "again") all = [...all, ...appended];
      const tell = from === "here"
        ? () => appended.forEach(here)
        : () => sequence.take(from === "unheard" ? [] : appended);
      // Who appends here knows at once; others hear of it some time.
      if (from === "here") tell();
      else (due[late] ??= []).push(tell);
      for (const act of due.shift() ?? []) act();
      if (wait) await settle();
    }
    for (const act of due.flat()) act();
    await beginning;
    await sequence.look();
    const begun = all.length - offsets().length;
    assertEquals(offsets(), all.slice(begun).map(({ offset }) => offset));
  }));
});

Deno.test("what cannot be read of a log that was closed is no fault", async () => {
  using lines = new LogLines();
  for (const isClosed of [false, true]) {
    const log = new FakeLog();
    const { sequence } = create(log);
    await sequence.begin();
    log.fault = new Error("no store");
    log.isClosed = isClosed;
    await sequence.look();
  }
  assertEquals(lines.text.split("Cannot read what was appended").length, 2);
});
