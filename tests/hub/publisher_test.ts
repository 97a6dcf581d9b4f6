import { assertEquals, assertRejects } from "@std/assert";
import { Channel, HistoryBudget, Priority, Publisher } from "../../lib/hub/mod.ts";
import { Activity } from "../../lib/telemetry/mod.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";

function create() {
  const settings = { size: 100, ttl: 1e9, budget: new HistoryBudget(1e9), activity: new Activity() };
  const channel = new Channel({ epoch: "e", priority: Priority.update, clock: new FakeClock(), settings });
  const published: string[] = [];
  channel.subscribe({ offer: (frame) => void published.push(frame) });
  const made = [1, 2, 3].map(() => Promise.withResolvers<string>());
  return { channel, publisher: new Publisher(channel), published, made };
}

Deno.test("what is made later is published after what was asked for before it", async () => {
  const { publisher, published, made } = create();
  const before: number[] = [];
  const all = made.map(({ promise }) =>
    publisher.publish(() => promise, (offset) => void before.push(offset))
  );
  made[2]?.resolve("three");
  made[1]?.resolve("two");
  await settle();
  assertEquals([published, before], [[], []]);
  made[0]?.resolve("one");
  const results = await Promise.all(all);
  assertEquals(published, ["one", "two", "three"]);
  assertEquals(before, [1, 2, 3]);
  assertEquals(results.map(({ offset, frame, recipients }) => [offset, frame, recipients]), [
    [1, "one", 1],
    [2, "two", 1],
    [3, "three", 1],
  ]);
});

Deno.test("one that cannot be made fails alone, also when it fails before its turn", async () => {
  const { channel, publisher, published, made } = create();
  const [first, second, third] = made.map(({ promise }) => publisher.publish(() => promise));
  made[1]?.reject(new Error("cannot be made"));
  await settle();
  made[2]?.resolve("three");
  made[0]?.resolve("one");
  await first;
  await assertRejects(() => second ?? Promise.resolve(), Error, "cannot be made");
  assertEquals((await third)?.offset, 3);
  await publisher.settled();
  assertEquals([published, channel.offset], [["one", "three"], 3]);
});

Deno.test("settled() waits for everything that was asked for", async () => {
  const { publisher, made } = create();
  let settled = false;
  for (const { promise } of made) publisher.publish(() => promise).catch(() => {});
  const waiting = publisher.settled().then(() => settled = true);
  made[0]?.resolve("one");
  made[1]?.reject(new Error("no"));
  await settle();
  assertEquals(settled, false);
  made[2]?.resolve("three");
  await waiting;
});
