import { assert, assertEquals } from "@std/assert";
import type { Engine, LogEntry } from "../../lib/engine/mod.ts";
import { inTime, until } from "../helpers/until.ts";

/** An engine whose log keeps 20 entries for a minute; `again` opens the same store another time. */
interface OpenedLog extends AsyncDisposable {
  readonly engine: Engine;
  readonly again: (() => Promise<Engine>) | undefined;
  /** Has milliseconds pass by the store's clock. */
  pass(milliseconds: number): Promise<void>;
}
export type OpenLog = () => Promise<OpenedLog>;

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
    await using opened = await open();
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
    await append(engine, "c", ...numbers(12));
    assertEquals(dataOf(await log.since("c", 0, 20)), numbers(12));
    assertEquals(dataOf(await log.kept("c")), numbers(12));
  });

  Deno.test(`${name}: entries appended at once, in one transaction or in many, lose no number`, async () => {
    await using opened = await open();
    const { engine } = opened;
    const both = await engine.transact((transaction) =>
      Promise.all(["a", "b", "a"].map((channel) => transaction.append(channel, channel)))
    );
    assertEquals(both, [1, 1, 2]);
    const many = await Promise.all(Array.from({ length: 10 }, () => append(engine, "a", "more")));
    assertEquals(many.flat().toSorted((a, b) => a - b), [3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  Deno.test(`${name}: a transaction that fails leaves no entry and no gap`, async () => {
    await using opened = await open();
    const { engine } = opened;
    await engine.transact(async (transaction) => {
      await transaction.append("a", "lost");
      throw new Error("no");
    }).catch(() => {});
    assertEquals(await append(engine, "a", "kept"), [1]);
    assertEquals(dataOf(await engine.log.since("a", 0, 10)), ["kept"]);
  });

  Deno.test(`${name}: a transaction knows where a channel stands now, whoever has appended to it, under a lock or without`, async () => {
    await using opened = await open();
    const { engine } = opened;
    const other = await opened.again?.() ?? engine;
    const offset = (lock?: string) =>
      engine.transact(async (transaction) => {
        transaction.set(["turn"], 1);
        return await transaction.offset("a");
      }, lock === undefined ? {} : { lock });
    const seen = [await offset(), await offset("l")];
    await append(other, "a", "x");
    seen.push(await offset(), await offset("l"));
    await append(other, "a", "y");
    seen.push(await offset(), await offset("l"));
    assertEquals(seen, [0, 0, 1, 1, 2, 2]);
    if (other !== engine) other.close();
  });

  Deno.test(`${name}: what is kept is bounded in number and in time`, async () => {
    await using opened = await open();
    const { engine, engine: { log } } = opened;
    await append(engine, "a", ...Array.from({ length: 50 }, (_, index) => index + 1));
    assertEquals(dataOf(await log.since("a", 29, 10)), "lost");
    assertEquals(dataOf(await log.since("a", 47, 10)), [48, 49, 50]);
    assertEquals((await log.kept("a")).length, 20);
    assertEquals((await log.kept("a"))[0]?.data, 31);
    await opened.pass(50_000);
    await append(engine, "a", 51);
    await opened.pass(11_000);
    assertEquals(dataOf(await log.since("a", 49, 10)), "lost");
    assertEquals(dataOf(await log.since("a", 50, 10)), [51]);
    assertEquals(dataOf(await log.kept("a")), [51]);
  });

  Deno.test(`${name}: an entry has the time of the store, whichever server appends it`, async () => {
    await using opened = await open();
    const { engine } = opened;
    const other = await opened.again?.() ?? engine;
    for (const each of [engine, other]) {
      const before = await engine.now();
      await append(each, "a", 1);
      const { at } = await engine.log.head("a");
      assertEquals((await engine.log.kept("a")).at(-1)?.at, at);
      assert(before <= at && at <= await engine.now());
    }
    if (other !== engine) other.close();
  });

  Deno.test(`${name}: epoch, numbers and entries are the same when the store is opened again`, async () => {
    await using opened = await open();
    if (opened.again === undefined) return;
    await append(opened.engine, "a", { n: 1n }, "large".repeat(100_000));
    using other = await opened.again();
    assertEquals(other.log.epoch, opened.engine.log.epoch);
    assertEquals(dataOf(await other.log.since("a", 0, 10)), [{ n: 1n }, "large".repeat(100_000)]);
    assertEquals(await append(other, "a", "third"), [3]);
    assertEquals(await append(opened.engine, "a", "fourth"), [4]);
  });

  Deno.test(`${name}: what another server appends to a wanted channel is followed, each entry in its order`, async () => {
    await using opened = await open();
    if (opened.again === undefined) return;
    using other = await opened.again();
    const heard = follow(opened.engine, (channel) => channel !== "unwanted");
    await until(() => heard.all.length === 1, "the beginning");
    for (let number = 1; number <= 60; number += 1) {
      await append(other, "a", number);
      await append(other, "unwanted", number);
      // As fast as they are kept: the log keeps few.
      await until(() => heard.all.length > number, "the entries before");
    }
    await other.transact((transaction) =>
      Promise.all(["b", "a", "b"].map((channel, index) => transaction.append(channel, `${channel}${index}`)))
    );
    await until(() => heard.all.length === 64, "what one transaction has appended");
    await heard.stop();
    assertEquals(heard.all.slice(0, 61), ["anew", ...numbers(60).map((number) => `a ${number} ${number}`)]);
    assertEquals(heard.all.slice(61).filter((each) => each.startsWith("a")), ["a 61 a1"]);
    assertEquals(heard.all.slice(61).filter((each) => each.startsWith("b")), ["b 1 b0", "b 2 b2"]);
  });

  Deno.test(`${name}: servers follow each other, and what one appends itself it is not told`, async () => {
    await using opened = await open();
    if (opened.again === undefined) return;
    const engines = [opened.engine, await opened.again(), await opened.again()];
    const heard = engines.map((engine) => follow(engine, () => true));
    await until(() => heard.every(({ all }) => all.length === 1), "the beginning");
    await Promise.all(engines.map((engine, index) => append(engine, `of ${index}`, ...numbers(10))));
    await until(() => heard.every(({ all }) => all.length >= 21), "the others' entries");
    await Promise.all(heard.map(({ stop }) => stop()));
    for (const [index, { all }] of heard.entries()) {
      assertEquals(all.filter((each) => each.startsWith(`of ${index}`)), []);
      for (const other of [0, 1, 2].filter((other) => other !== index)) {
        const expected = numbers(10).map((number) => `of ${other} ${number} ${number}`);
        assertEquals(all.filter((each) => each.startsWith(`of ${other}`)), expected);
      }
    }
    for (const engine of engines.slice(1)) engine.close();
  });

  Deno.test(`${name}: what began before somebody followed, and is committed after, is followed`, async () => {
    await using opened = await open();
    if (opened.again === undefined) return;
    using other = await opened.again();
    await append(other, "a", "before");
    const [begun, going] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const appending = ["l", undefined].map((lock, index) =>
      other.transact(async (transaction) => {
        await transaction.append(`of ${index}`, "entry");
        if (index === 0) begun.resolve();
        await going.promise;
      }, lock === undefined ? {} : { lock })
    );
    await begun.promise;
    const heard = follow(opened.engine, () => true);
    await until(() => heard.all.length === 1, "the beginning");
    going.resolve();
    await Promise.all(appending);
    await until(() => heard.all.length === 3, "the entries");
    await heard.stop();
    assertEquals(heard.all.toSorted(), ["anew", "of 0 1 entry", "of 1 1 entry"]);
  });

  Deno.test(`${name}: whoever follows begins with what comes, and ends with its signal or its engine`, async () => {
    await using opened = await open();
    await append(opened.engine, "a", "before");
    const ended = follow(opened.engine, () => true);
    await until(() => ended.all.length === 1, "the beginning");
    await ended.stop();
    if (opened.again === undefined) return;
    const other = await opened.again();
    await append(other, "a", "before as well");
    const closed = follow(other, () => true);
    await until(() => closed.all.length === 1, "the beginning");
    other.close();
    await inTime(closed.over, "the end");
    assertEquals([ended.all, closed.all], [["anew"], ["anew"]]);
  });

  Deno.test(`${name}: a channel that was forgotten has no past`, async () => {
    await using opened = await open();
    const { engine, engine: { log } } = opened;
    await append(engine, "a", 1, 2);
    await append(engine, "b", 1);
    await engine.transact((transaction) => Promise.resolve(transaction.forget("a")));
    assertEquals(await log.head("a"), { offset: 0, at: 0 });
    assertEquals([await log.since("a", 1, 10), dataOf(await log.since("b", 0, 10))], ["lost", [1]]);
  });
}

/** What a follower is told, as text, until it is stopped. */
function follow(engine: Engine, wanted: (channel: string) => boolean) {
  const all: string[] = [];
  const stopping = new AbortController();
  const over = (async () => {
    for await (const news of engine.log.follow(wanted, stopping.signal)) {
      if (news === "anew") all.push(news);
      else all.push(...news.map(({ channel, offset, data }) => `${channel} ${offset} ${data}`));
    }
  })();
  const stop = async () => {
    stopping.abort();
    await inTime(over, "the end of following");
  };
  return { all, over, stop };
}

function numbers(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
