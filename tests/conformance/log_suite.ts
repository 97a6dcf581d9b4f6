import { assertEquals } from "@std/assert";
import type { Engine, LogEntry } from "../../lib/engine/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { until } from "../helpers/until.ts";

/** An engine whose log keeps 20 entries for a minute; `again` opens the same store another time. */
export interface OpenedLog extends AsyncDisposable {
  readonly engine: Engine;
  readonly again: (() => Promise<Engine>) | undefined;
}
export type OpenLog = (clock: FakeClock) => Promise<OpenedLog>;

async function append(engine: Engine, channel: string, ...data: unknown[]): Promise<number[]> {
  const offsets: number[] = [];
  for (const each of data) {
    offsets.push(await engine.transact((transaction) => transaction.append(channel, each)));
  }
  return offsets;
}

function dataOf(entries: readonly LogEntry[] | "lost"): unknown {
  return entries === "lost" ? "lost" : entries.map(({ data }) => data);
}

/** What every log promises. */
export function testLog(name: string, open: OpenLog): void {
  Deno.test(`${name}: entries are numbered from 1 without a gap, each channel by itself`, async () => {
    await using opened = await open(new FakeClock());
    const { engine, engine: { log } } = opened;
    assertEquals(await log.head("a"), { offset: 0, at: 0 });
    assertEquals(await append(engine, "a", "x", "y"), [1, 2]);
    assertEquals(await append(engine, "b", "z"), [1]);
    assertEquals(dataOf(await log.since("a", 0, 10)), ["x", "y"]);
    assertEquals(dataOf(await log.since("a", 1, 10)), ["y"]);
    assertEquals(dataOf(await log.since("a", 0, 1)), ["x"]);
    assertEquals(dataOf(await log.since("a", 2, 10)), []);
    assertEquals(dataOf(await log.since("a", 3, 10)), "lost");
    assertEquals(dataOf(await log.since("none", 0, 10)), []);
  });

  Deno.test(`${name}: entries appended at once, in one transaction or in many, lose no number`, async () => {
    await using opened = await open(new FakeClock());
    const { engine } = opened;
    const both = await engine.transact((transaction) =>
      Promise.all(["a", "b", "a"].map((channel) => transaction.append(channel, channel)))
    );
    assertEquals(both, [1, 1, 2]);
    const many = await Promise.all(Array.from({ length: 10 }, () => append(engine, "a", "more")));
    assertEquals(many.flat().toSorted((a, b) => a - b), [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  Deno.test(`${name}: a transaction that fails leaves no entry and no gap`, async () => {
    await using opened = await open(new FakeClock());
    const { engine } = opened;
    await engine.transact(async (transaction) => {
      await transaction.append("a", "lost");
      throw new Error("no");
    }).catch(() => {});
    assertEquals(await append(engine, "a", "kept"), [1]);
    assertEquals(dataOf(await engine.log.since("a", 0, 10)), ["kept"]);
  });

  Deno.test(`${name}: what is kept is bounded in number and in time`, async () => {
    const clock = new FakeClock();
    await using opened = await open(clock);
    const { engine, engine: { log } } = opened;
    await append(engine, "a", ...Array.from({ length: 50 }, (_, index) => index + 1));
    assertEquals(dataOf(await log.since("a", 29, 10)), "lost");
    assertEquals(dataOf(await log.since("a", 47, 10)), [48, 49, 50]);
    assertEquals((await log.kept("a")).length, 20);
    assertEquals((await log.kept("a"))[0]?.data, 31);
    await clock.advance(50_000);
    await append(engine, "a", 51);
    await clock.advance(11_000);
    assertEquals(dataOf(await log.since("a", 49, 10)), "lost");
    assertEquals(dataOf(await log.since("a", 50, 10)), [51]);
    assertEquals(dataOf(await log.kept("a")), [51]);
  });

  Deno.test(`${name}: whoever follows gets every entry once and in order`, async () => {
    await using opened = await open(new FakeClock());
    const { engine } = opened;
    await append(engine, "a", 1, 2);
    const stop = new AbortController();
    const seen: unknown[] = [];
    const following = (async () => {
      for await (const { data } of engine.log.follow("a", 1, stop.signal)) {
        seen.push(data);
        if (data === 150) stop.abort();
      }
    })();
    for (let number = 3; number <= 150; number += 1) {
      await append(engine, "a", number);
      // As fast as they are kept: the log keeps few.
      await until(() => seen.length >= number - 1, "the entries before");
    }
    await following;
    assertEquals(seen, Array.from({ length: 149 }, (_, index) => index + 2));
  });

  Deno.test(`${name}: epoch, numbers and entries are the same when the store is opened again`, async () => {
    const clock = new FakeClock();
    await using opened = await open(clock);
    if (opened.again === undefined) return;
    await append(opened.engine, "a", { n: 1n }, "large".repeat(100_000));
    using other = await opened.again();
    assertEquals(other.log.epoch, opened.engine.log.epoch);
    assertEquals(dataOf(await other.log.since("a", 0, 10)), [{ n: 1n }, "large".repeat(100_000)]);
    assertEquals(await append(other, "a", "third"), [3]);
    assertEquals(await append(opened.engine, "a", "fourth"), [4]);
  });

  Deno.test(`${name}: what another server of the store appends is followed`, async () => {
    const clock = new FakeClock();
    await using opened = await open(clock);
    if (opened.again === undefined) return;
    using other = await opened.again();
    const stop = new AbortController();
    const following = opened.engine.log.follow("a", 0, stop.signal);
    const next = following.next();
    await append(other, "a", "from elsewhere");
    let got: unknown;
    next.then(({ value }) => got = value?.data);
    while (got === undefined) await clock.advance(100);
    assertEquals(got, "from elsewhere");
    stop.abort();
    await following.return?.();
  });
}
