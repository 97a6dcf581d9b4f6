import { assertEquals } from "@std/assert";
import { EventFeed } from "../../lib/operations/event_feed.ts";
import { type Judgement, judgement } from "../../lib/protocol/mod.ts";

Deno.test("whoever comes back gets the events that it missed, of the last thousand", () => {
  const feed = new EventFeed();
  for (let changed = 1; changed <= 1500; changed += 1) feed.emit("games", { changed });
  assertEquals(feed.since(feed.epoch, 500)?.map(({ id }) => id).length, 1000);
  assertEquals(feed.since(feed.epoch, 1498)?.map(({ id }) => id), [1499, 1500]);
  assertEquals([feed.since(feed.epoch, 499), feed.since("another", 1498)], [undefined, undefined]);
});

Deno.test("large events are kept as far as half a megabyte goes", () => {
  const feed = new EventFeed();
  const predictions = [{ ...judgement.example as unknown as Judgement, message: "x".repeat(100_000) }];
  for (let sent = 1; sent <= 200; sent += 1) feed.emit("predictions", { predictions, skipped: 0 });
  assertEquals(feed.since(feed.epoch, 195)?.map(({ id }) => id), [196, 197, 198, 199, 200]);
  assertEquals(feed.since(feed.epoch, 194), undefined);
});
