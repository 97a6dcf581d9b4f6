import { assertEquals } from "@std/assert";
import { EventHub } from "../../lib/client/event_hub.ts";

const unexpected = (error: unknown) => {
  throw error;
};

Deno.test("EventHub.iterate() hands out every event since, and ends with the hub", async () => {
  const hub = new EventHub<number>();
  hub.emit(0, unexpected);
  const events = hub.iterate();
  const collected = Array.fromAsync(events);
  hub.emit(1, unexpected);
  await Promise.resolve();
  hub.emit(2, unexpected);
  hub.end();
  assertEquals(await collected, [1, 2]);
});

Deno.test("EventHub.iterate() stops when its loop is left", async () => {
  const hub = new EventHub<number>();
  const events = hub.iterate();
  hub.emit(1, unexpected);
  for await (const event of events) {
    assertEquals(event, 1);
    break;
  }
  hub.emit(2, unexpected);
  assertEquals(await events.next(), { done: true, value: undefined });
});

Deno.test("EventHub.emit() reports a failing listener and still reaches the others", () => {
  const hub = new EventHub<number>();
  const seen: number[] = [];
  const failures: unknown[] = [];
  hub.subscribe(() => {
    throw new Error("listener");
  });
  const stop = hub.subscribe((event) => seen.push(event));
  hub.emit(1, (error) => failures.push(error));
  stop();
  hub.emit(2, (error) => failures.push(error));
  assertEquals([seen, failures.length], [[1], 2]);
});
