import { assertEquals } from "@std/assert";
import { Feed, type FeedReader } from "../../lib/engine/kv/feed.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { inTime } from "../helpers/until.ts";

/** Two servers' feeds in one store, whose version a test sets. */
async function open() {
  const kv = await Deno.openKv(":memory:");
  const clock = new FakeClock();
  const store = { kv, clock, version: "0", [Symbol.dispose]: () => kv.close() };
  const [own, other] = [1, 2].map(() => new Feed({ kv, clock, version: () => store.version })) as [
    Feed,
    Feed,
  ];
  const append = async (feed: Feed, last: number) => {
    const commit = kv.atomic();
    feed.add(commit, [{ channel: "a", first: last, last }]);
    await commit.commit();
    store.version += "+";
  };
  /** What the reader finds after so many milliseconds; undefined where it goes on waiting. */
  const after = async (reader: FeedReader, milliseconds: number) => {
    let found: unknown;
    const stop = new AbortController();
    const reading = reader.next(stop.signal).then((advances) => {
      if (!stop.signal.aborted) found = advances === "anew" ? advances : advances.map(({ last }) => last);
    });
    await clock.advance(milliseconds);
    // What was read in time is told in time, however slow the machine.
    if (clock.pending === 0) await inTime(reading, "the feed");
    stop.abort();
    await inTime(reading, "the end");
    return found;
  };
  return Object.assign(store, { own, other, append, after });
}

Deno.test("a feed tells what others have added since it was opened, and nothing while nobody commits", async () => {
  using store = await open();
  await store.append(store.other, 1);
  const reader = await store.own.open();
  assertEquals(await store.after(reader, 1000), undefined);
  await store.append(store.own, 2);
  await store.append(store.other, 3);
  await store.append(store.other, 4);
  assertEquals(await store.after(reader, 1000), [3, 4]);
  assertEquals(await store.after(reader, 1000), undefined);
  await store.append(store.own, 5);
  assertEquals(await store.after(reader, 1000), []);
});

Deno.test("whoever has not looked for so long that the feed may have forgotten something is told so", async () => {
  using store = await open();
  const reader = await store.own.open();
  for (let quiet = 0; quiet < 3; quiet += 1) assertEquals(await store.after(reader, 8000), undefined);
  store.clock.standStill(30_000);
  await store.append(store.other, 1);
  assertEquals(await store.after(reader, 1000), "anew");
  await store.append(store.other, 2);
  assertEquals(await store.after(reader, 1000), [2]);
  store.clock.setWall(-3_600_000);
  assertEquals(await store.after(reader, 1000), "anew");
});
