import { assert, assertEquals } from "@std/assert";
import { type Engine, type LogEntry, openEngine } from "../../lib/engine/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

const history = { size: 20, ttl: 60_000 };

function appendAll(engine: Engine, data: readonly unknown[]): Promise<number[]> {
  return engine.transact((transaction) => Promise.all(data.map((each) => transaction.append("a", each))));
}

async function rowsOf(engine: Engine): Promise<number> {
  let rows = 0;
  for await (const _ of engine.list({ prefix: ["log", "a"] })) rows += 1;
  return rows;
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function dataOf(entries: readonly LogEntry[] | "lost"): unknown {
  return entries === "lost" ? "lost" : entries.map(({ data }) => data);
}

Deno.test("what a transaction appends to a channel is one row, and read entry by entry", async () => {
  const clock = new FakeClock();
  using engine = await openEngine(":memory:", { clock, history });
  const { log } = engine;
  assertEquals(await appendAll(engine, numbers(1, 10)), numbers(1, 10));
  assertEquals(await appendAll(engine, numbers(11, 15)), numbers(11, 15));
  assertEquals(await rowsOf(engine), 2);
  assertEquals(dataOf(await log.since("a", 7, 5)), [8, 9, 10, 11, 12]);
  assertEquals(dataOf(await log.since("a", 10, 2)), [11, 12]);
});

Deno.test("rows of which only a part is still kept begin with that part", async () => {
  using engine = await openEngine(":memory:", { clock: new FakeClock(), history });
  for (let first = 1; first < 30; first += 10) await appendAll(engine, numbers(first, first + 9));
  await appendAll(engine, [31, 32, 33]);
  assertEquals(dataOf(await engine.log.kept("a")), numbers(14, 33));
  assertEquals(dataOf(await engine.log.since("a", 12, 100)), "lost");
  assertEquals(dataOf(await engine.log.since("a", 13, 100)), numbers(14, 33));
});

Deno.test("rows go once what is in them is kept no more, whatever their size", async () => {
  using engine = await openEngine(":memory:", { clock: new FakeClock(), history });
  for (let round = 0; round < 200; round += 1) await appendAll(engine, [round]);
  assert(await rowsOf(engine) < 100);
  for (let round = 0; round < 50; round += 1) await appendAll(engine, numbers(1, 30));
  assert(await rowsOf(engine) < 10);
  assertEquals(dataOf(await engine.log.kept("a")), numbers(11, 30));
});

Deno.test("large entries of one transaction come back, in as many rows as they need", async () => {
  using engine = await openEngine(":memory:", { clock: new FakeClock(), history });
  const data = ["small", "x".repeat(45_000), "y".repeat(45_000), "€".repeat(100_000), "small again"];
  await appendAll(engine, data);
  assertEquals(dataOf(await engine.log.since("a", 0, 10)), data);
  assertEquals(dataOf(await engine.log.since("a", 3, 1)), data.slice(3, 4));
});

Deno.test("entries that have a row each, as they were written once, are read, and others follow them", async () => {
  const clock = new FakeClock();
  using engine = await openEngine(":memory:", { clock, history });
  const at = clock.now();
  for (const offset of [1, 2, 3]) await engine.set(["log", "a", offset], { at, data: `old ${offset}` });
  await engine.set(["log_heads", "a"], { offset: 3, at, first: 1 });
  assertEquals(await appendAll(engine, ["new 4", "new 5"]), [4, 5]);
  assertEquals(dataOf(await engine.log.since("a", 1, 3)), ["old 2", "old 3", "new 4"]);
  assertEquals((await engine.log.kept("a")).length, 5);
});
