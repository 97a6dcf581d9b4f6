import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Feed, type FeedRow } from "../../lib/engine/kv/feed.ts";
import { type Mark, marksKey } from "../../lib/engine/kv/feed_marks.ts";
import type { FeedReader } from "../../lib/engine/kv/feed_reader.ts";
import { openKv } from "../../lib/engine/kv/open_kv.ts";
import { StoreGuard } from "../../lib/engine/kv/store_guard.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { inTime } from "../helpers/until.ts";
import { temporaryFolder } from "./folder.ts";

/** Two servers' feeds in one file. */
async function open() {
  const folder = await temporaryFolder();
  const stack = new AsyncDisposableStack();
  stack.use(folder);
  const clock = new FakeClock();
  const store = { clock, looks: 0, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  const openFeed = async (wrap = (kv: Deno.Kv) => kv) => {
    const guard = new StoreGuard(`${folder.path}/store.db`);
    const kv = stack.use(await openKv(`${folder.path}/store.db`, guard));
    const version = () => {
      store.looks += 1;
      return guard.version;
    };
    return { kv, feed: new Feed({ kv: wrap(kv), clock, version }) };
  };
  const [{ kv, feed: own }, { kv: otherKv, feed: other }] = [await openFeed(), await openFeed()];
  /** A commit that is ready. */
  const prepare = async (feed: Feed, last: number) => {
    const commit = (feed === own ? kv : otherKv).atomic();
    await feed.add(commit, [{ channel: "a", first: last, last }]);
    return { commit: async () => (await commit.commit()).ok };
  };
  const append = async (feed: Feed, last: number) => {
    while (!await (await prepare(feed, last)).commit()) feed.marks.doubt();
  };
  /** What the reader finds within so many milliseconds, and looks at meanwhile; undefined where it goes on waiting. */
  const after = async (reader: FeedReader, milliseconds: number) => {
    let found: unknown;
    const stop = new AbortController();
    store.looks = 0;
    const reading = reader.next(stop.signal).then((advances) => {
      if (!stop.signal.aborted) found = advances === "anew" ? advances : advances.map(({ last }) => last);
    });
    await clock.advance(milliseconds);
    const { looks } = store;
    // What was read in time is told in time, however slow the machine.
    if (clock.pending === 0) await inTime(reading, "the feed");
    stop.abort();
    await inTime(reading, "the end");
    store.looks = looks;
    return found;
  };
  const rows = async () => {
    const entries = await Array.fromAsync(kv.list<FeedRow>({ prefix: ["log_feed"], end: marksKey }));
    return entries.flatMap(({ value }) => value.advances.map(({ last }) => last));
  };
  const marks = async () => (await kv.get<readonly Mark[]>(marksKey)).value ?? [];
  return Object.assign(store, { own, other, openFeed, append, prepare, after, rows, marks });
}

/** Lets the reader read what there is. */
async function catchUp(store: Awaited<ReturnType<typeof open>>, reader: FeedReader): Promise<unknown[]> {
  const all: unknown[] = [];
  for (;;) {
    const found = await store.after(reader, 1000);
    if (found === undefined) return all;
    all.push(...Array.isArray(found) ? found : [found]);
  }
}

Deno.test("a feed tells what others have added since it was opened, and nothing while nobody commits", async () => {
  await using store = await open();
  await store.append(store.other, 1);
  const reader = await store.own.open();
  assertEquals(await store.after(reader, 1000), []);
  assertEquals(await store.after(reader, 1000), undefined);
  await store.append(store.own, 2);
  await store.append(store.other, 3);
  await store.append(store.other, 4);
  assertEquals(await store.after(reader, 1000), [3, 4]);
  assertEquals(await store.after(reader, 1000), undefined);
  await store.append(store.own, 5);
  assertEquals(await store.after(reader, 1000), []);
});

Deno.test("a server adds to the feed while another one follows it, and not for itself", async () => {
  await using store = await open();
  const reader = await store.own.open();
  await store.append(store.own, 1);
  assertEquals(await store.rows(), []);
  const other = await store.other.open();
  await store.append(store.own, 2);
  assertEquals(await store.rows(), [2]);
  assertEquals(await catchUp(store, other), [2]);
  await other.leave();
  await store.append(store.own, 3);
  await store.append(store.other, 4);
  assertEquals(await store.rows(), [2, 4]);
  assertEquals(await catchUp(store, reader), [4]);
});

Deno.test("what was to be committed before somebody began to follow, and is after, is not left out", async () => {
  await using store = await open();
  await store.append(store.own, 1);
  const frozen = await store.prepare(store.own, 2);
  const reader = await store.other.open();
  assertEquals(await frozen.commit(), false);
  store.own.marks.doubt();
  await store.append(store.own, 2);
  assertEquals(await catchUp(store, reader), [2]);
});

Deno.test("one that follows alone looks four times a second, and 20 times once it has heard of another", async () => {
  await using store = await open();
  const looksIn = async (reader: FeedReader) => {
    await catchUp(store, reader);
    assertEquals(await store.after(reader, 1000), undefined);
    return store.looks;
  };
  const reader = await store.own.open();
  assertEquals(await looksIn(reader), 4);
  const other = await store.other.open();
  assertEquals(await looksIn(reader), 20);
  assertEquals(await looksIn(other), 20);
  await other.leave();
  for (let quiet = 0; quiet < 10; quiet += 1) await store.after(reader, 10_000);
  assertEquals(await looksIn(reader), 4);
  await store.append(store.other, 1);
  assertEquals(await looksIn(reader), 20);
});

Deno.test("whoever has not looked for so long that the feed may have forgotten something is told so", async () => {
  await using store = await open();
  const reader = await store.own.open();
  await catchUp(store, reader);
  for (let quiet = 0; quiet < 3; quiet += 1) assertEquals(await store.after(reader, 8000), undefined);
  store.clock.standStill(30_000);
  await store.append(store.other, 1);
  assertEquals(await store.after(reader, 1000), "anew");
  await store.append(store.other, 2);
  assertEquals(await store.after(reader, 1000), [2]);
  store.clock.setWall(-3_600_000);
  assertEquals(await store.after(reader, 1000), "anew");
});

Deno.test("the mark of one that is silent for a minute goes, and once it lives it leaves another and begins anew", async () => {
  await using store = await open();
  const [reader, silent] = [await store.own.open(), await store.other.open()];
  const before = await store.marks();
  for (let quiet = 0; quiet < 12; quiet += 1) await store.after(reader, 10_000);
  assertEquals(await store.marks(), before.slice(0, 1));
  await store.append(store.own, 1);
  assertEquals(await store.rows(), []);
  assertEquals(await store.after(silent, 1000), "anew");
  const now = await store.marks();
  assertEquals([now.length, now[0]], [2, before[0]]);
  assertNotEquals(now[1], before[1]);
  await store.append(store.own, 2);
  assertEquals(await catchUp(store, silent), [2]);
});

Deno.test("those who append nothing are not taken for gone while they follow", async () => {
  await using store = await open();
  const [reader, other] = [await store.own.open(), await store.other.open()];
  const before = await store.marks();
  for (let turn = 0; turn < 16; turn += 1) {
    for (const each of [reader, other]) assertNotEquals(await store.after(each, 5000), "anew");
  }
  assertEquals(await store.marks(), before);
});

Deno.test("one that stood still itself takes nobody for gone", async () => {
  await using store = await open();
  const [reader, other] = [await store.own.open(), await store.other.open()];
  await catchUp(store, reader);
  const before = await store.marks();
  store.clock.standStill(600_000);
  assertEquals(await store.after(reader, 1000), "anew");
  assertEquals(await store.after(other, 1000), "anew");
  await catchUp(store, reader);
  assertEquals(await store.marks(), before);
});

Deno.test("where nothing can be written what others write is read all the same", async () => {
  await using store = await open();
  let isFull = false;
  const { feed } = await store.openFeed((kv) =>
    new Proxy(kv, {
      get(_, name) {
        const member: unknown = Reflect.get(kv, name, kv);
        if (name === "atomic" && isFull) throw new Error("database or disk is full");
        return typeof member === "function" ? member.bind(kv) : member;
      },
    })
  );
  const reader = await feed.open();
  isFull = true;
  for (let last = 1; last <= 10; last += 1) {
    await store.append(store.other, last);
    assertEquals(await store.after(reader, 10_000), [last]);
  }
});

Deno.test("however many servers crash one after the other, the marks they leave are bounded", async () => {
  await using store = await open();
  const reader = await store.own.open();
  for (let crash = 0; crash < 600; crash += 1) await store.other.open();
  assert((await store.marks()).length <= 500);
  assertEquals(await store.after(reader, 1000), "anew");
  await store.append(store.other, 1);
  assertEquals(await catchUp(store, reader), [1]);
});
