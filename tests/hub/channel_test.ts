import { assertEquals, assertThrows } from "@std/assert";
import { Channel, HistoryBudget, Priority } from "../../lib/hub/mod.ts";
import { Activity } from "../../lib/telemetry/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

function create(
  { size = 1000, ttl = 3_600_000, budget = new HistoryBudget(1e9), clock = new FakeClock() } = {},
) {
  const channel = new Channel("e", {
    priority: Priority.update,
    clock,
    settings: { size, ttl, budget, activity: new Activity() },
  });
  const publish = (...offsets: number[]) => {
    for (const offset of offsets) channel.publish(offset, `frame ${offset}`);
  };
  const since = (offset: number, epoch = "e") => {
    const found = channel.since({ epoch, offset });
    return found === "lost" ? "lost" : found.map(({ offset }) => offset);
  };
  return { channel, publish, since, clock, budget };
}

Deno.test("since() answers exactly what follows a position", () => {
  const { publish, since } = create();
  assertEquals([since(0), since(1)], [[], "lost"]);
  publish(1, 2, 3);
  assertEquals([since(0), since(1), since(3)], [[1, 2, 3], [2, 3], []]);
  assertEquals([since(4), since(1, "another")], ["lost", "lost"]);
});

Deno.test("the history is bounded in its number", () => {
  const { publish, since } = create({ size: 2 });
  publish(1, 2, 3);
  assertEquals([since(0), since(1), since(2)], ["lost", [2, 3], [3]]);
});

Deno.test("the history is bounded in its age", async () => {
  const { publish, since, clock } = create({ ttl: 1000 });
  publish(1);
  await clock.advance(600);
  publish(2);
  await clock.advance(400);
  assertEquals(since(0), [1, 2]);
  await clock.advance(1);
  assertEquals([since(0), since(1)], ["lost", [2]]);
  await clock.advance(1000);
  assertEquals([since(1), since(2)], ["lost", []]);
});

Deno.test("the bytes of all histories are bounded together, and the largest gives way", () => {
  const budget = new HistoryBudget(60);
  const [large, small] = [create({ budget }), create({ budget })];
  small.publish(1, 2);
  large.publish(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  assertEquals(budget.bytes <= 60, true);
  assertEquals(small.since(0), [1, 2]);
  assertEquals(large.since(0), "lost");
  assertEquals(large.since(9), [10]);
  assertEquals(budget.bytes, large.channel.bytes + small.channel.bytes);
});

Deno.test("a frame larger than the whole budget is sent and not kept", () => {
  const { channel, since, budget } = create({ budget: new HistoryBudget(10) });
  const got: string[] = [];
  channel.subscribe({ offer: (frame) => void got.push(frame) });
  channel.publish(1, "x".repeat(100));
  assertEquals([got.length, budget.bytes, since(0), since(1)], [1, 0, "lost", []]);
});

Deno.test("offsets go up only, and a gap in them is a loss that is not hidden", () => {
  const { channel, publish, since } = create();
  publish(1, 3);
  assertThrows(() => channel.publish(3, "again"), RangeError);
  assertThrows(() => channel.publish(2, "late"), RangeError);
  assertEquals([since(0), channel.offset], [[1, 3], 3]);
});

Deno.test("subscribe() answers what was missed, and everything after it is offered", () => {
  const { channel, publish } = create();
  publish(1, 2);
  const got: string[] = [];
  const subscriber = { offer: (frame: string) => void got.push(frame) };
  const { recovered, missed } = channel.subscribe(subscriber, { epoch: "e", offset: 1 });
  assertEquals([recovered, missed.map(({ offset }) => offset)], [true, [2]]);
  assertEquals(channel.publish(3, "frame 3"), 1);
  channel.unsubscribe(subscriber);
  assertEquals(channel.publish(4, "frame 4"), 0);
  assertEquals(got, ["frame 3"]);
  assertEquals(channel.subscribe(subscriber), { recovered: undefined, missed: [] });
  assertEquals(channel.subscribe(subscriber, { epoch: "x", offset: 0 }), { recovered: false, missed: [] });
});

Deno.test("a subscriber that leaves while it is being offered a frame keeps it from nobody", () => {
  const { channel } = create();
  const got: string[] = [];
  const leaving = { offer: () => channel.unsubscribe(leaving) };
  channel.subscribe(leaving);
  channel.subscribe({ offer: (frame) => void got.push(frame) });
  assertEquals(channel.publish(1, "one"), 2);
  assertEquals([channel.publish(2, "two"), got], [1, ["one", "two"]]);
});

Deno.test("next() waits for a publication, the time, or the signal, and leaves no timer behind", async () => {
  const { channel, publish, clock } = create();
  const never = new AbortController().signal;
  publish(1);
  await channel.next(0, 1000, never);
  const news = channel.next(1, 1000, never);
  publish(2);
  await news;
  const controller = new AbortController();
  const aborted = channel.next(2, 1000, controller.signal);
  controller.abort();
  await aborted;
  await channel.next(2, 1000, controller.signal);
  const timedOut = channel.next(2, 1000, never);
  await clock.advance(1000);
  await timedOut;
  assertEquals(clock.pending, 0);
});
