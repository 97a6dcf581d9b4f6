import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type LogEntry, type Run, Sequence } from "../../lib/engine/mod.ts";
import { settle } from "../helpers/fake_clock.ts";
import { LogLines } from "../helpers/log_lines.ts";
import { FakeLog } from "../helpers/fake_log.ts";

/** An entry, and whether it was appended here. */
type Item = Pick<LogEntry, "offset"> & { readonly isOurs?: true };

/** Somebody who follows a channel, and notes what comes in which order. */
function create(log = new FakeLog()) {
  const taken: string[] = [];
  const sequence = new Sequence(log, "a");
  const tell = (runs: AsyncIterable<Run<Item>>) =>
    sequence.inTurn(async () => {
      for await (const run of runs) {
        if (run === "lost") taken.push(`lost up to ${sequence.offset}`);
        else taken.push(...run.map(({ offset, isOurs }) => `${offset} ${isOurs ? "here" : "log"}`));
      }
    });
  return {
    log,
    sequence,
    taken,
    append: (count: number): LogEntry[] => Array.from({ length: count }, () => log.append("a", null)),
    begin: () => sequence.inTurn(() => sequence.begin()),
    take: (entries: readonly LogEntry[]) => tell(sequence.upTo(entries)),
    here: ({ offset }: LogEntry) => tell(sequence.upTo([{ offset, isOurs: true }])),
    look: () => tell(sequence.missing()),
    offsets: () => taken.map((each) => parseInt(each)),
  };
}

Deno.test("what comes in its order is handed on, once, and nothing is read", async () => {
  const { log, append, begin, take, here, taken, sequence } = create();
  append(2);
  await begin();
  const { reads } = log;
  const [third, fourth, fifth] = append(3) as [LogEntry, LogEntry, LogEntry];
  void here(third);
  void take([fourth]);
  void here(fifth);
  await here(fifth);
  assertEquals(taken, ["3 here", "4 log", "5 here"]);
  assertEquals([sequence.offset, log.reads], [5, reads]);
});

Deno.test("what is missing before an entry is read first, and what comes meanwhile waits for its turn", async () => {
  const { append, begin, here, taken } = create();
  await begin();
  const entries = append(5);
  void here(entries[2] as LogEntry);
  void here(entries[4] as LogEntry);
  assertEquals(taken, []);
  await settle();
  assertEquals(taken, ["1 log", "2 log", "3 here", "4 log", "5 here"]);
});

Deno.test("what is missing between entries that come together is read", async () => {
  const { append, begin, take, taken } = create();
  await begin();
  const entries = append(6);
  await take([1, 2, 5].map((index) => entries[index] as LogEntry));
  assertEquals(taken, ["1 log", "2 log", "3 log", "4 log", "5 log", "6 log"]);
});

Deno.test("what came before the beginning is not told, and what comes during it is", async () => {
  const { append, begin, take, here, taken } = create();
  const before = append(3);
  const beginning = begin();
  void take(before.slice(0, 2));
  void here(before[2] as LogEntry);
  await beginning;
  await take(append(1));
  assertEquals(taken, ["4 log"]);
});

Deno.test("whoever looks is told of what nobody has told, however much it is", async () => {
  const { append, begin, look, offsets } = create();
  await begin();
  append(250);
  await look();
  assertEquals(offsets(), Array.from({ length: 250 }, (_, index) => index + 1));
  await look();
  assertEquals(offsets().length, 250);
});

Deno.test("what is kept no more is skipped, and the rest told", async () => {
  const log = new FakeLog();
  const { append, begin, take, taken } = create(log);
  await begin();
  log.size = 3;
  await take(append(10).slice(-1));
  assertEquals(taken, ["lost up to 7", "8 log", "9 log", "10 log"]);
});

Deno.test("whoever looks where nothing is kept any more goes on after it", async () => {
  const log = new FakeLog();
  const { append, begin, look, taken, sequence } = create(log);
  await begin();
  log.size = 0;
  append(4);
  await look();
  assertEquals([taken, sequence.offset], [["lost up to 4"], 4]);
});

Deno.test("an entry does not wait for those before it when the log cannot be read", async () => {
  const log = new FakeLog();
  const { append, begin, take, here, taken } = create(log);
  await begin();
  log.fault = new Error("no store");
  const entries = append(6);
  void here(entries[3] as LogEntry);
  await take(entries.slice(5));
  assertEquals(taken, ["lost up to 3", "4 here", "lost up to 5", "6 log"]);
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
    const { append, begin, take, here, look, offsets } = create();
    const beginning = begin();
    const due: (() => unknown)[][] = [];
    let all: LogEntry[] = [];
    for (const { from, late, wait } of steps) {
      const appended = from === "again" ? all.slice(-3) : append(1);
      if (from !== "again") all = [...all, ...appended];
      const tell = from === "here"
        ? () => appended.forEach(here)
        : () => take(from === "unheard" ? [] : appended);
      // Who appends here knows at once; others hear of it some time.
      if (from === "here") tell();
      else (due[late] ??= []).push(tell);
      for (const act of due.shift() ?? []) act();
      if (wait) await settle();
    }
    for (const act of due.flat()) act();
    await beginning;
    await look();
    const begun = all.length - offsets().length;
    assertEquals(offsets(), all.slice(begun).map(({ offset }) => offset));
  }));
});

Deno.test("what cannot be read of a log that was closed is no fault", async () => {
  using lines = new LogLines();
  for (const isClosed of [false, true]) {
    const log = new FakeLog();
    const { begin, look } = create(log);
    await begin();
    log.fault = new Error("no store");
    log.isClosed = isClosed;
    await look();
  }
  assertEquals(lines.text.split("Cannot read what was appended").length, 2);
});
