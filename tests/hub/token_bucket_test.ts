import { assertEquals } from "@std/assert";
import { TokenBucket } from "../../lib/hub/mod.ts";

Deno.test("a full bucket lets a burst pass, then its rate", () => {
  const bucket = new TokenBucket(10, 40, 0);
  const take = (now: number, times: number) => Array.from({ length: times }, () => bucket.take(now));
  assertEquals(take(0, 41).filter(Boolean).length, 40);
  assertEquals(bucket.wait(0), 100);
  assertEquals(take(99, 1), [false]);
  assertEquals(take(100, 2), [true, false]);
  assertEquals(take(1100, 12).filter(Boolean).length, 10);
});

Deno.test("a bucket fills up to its burst and no further", () => {
  const bucket = new TokenBucket(10, 40, 0);
  bucket.take(0);
  assertEquals([bucket.isFull(0), bucket.isFull(99), bucket.isFull(100)], [false, false, true]);
  assertEquals(Array.from({ length: 50 }, () => bucket.take(1e9)).filter(Boolean).length, 40);
});

Deno.test("a clock that goes back neither fills nor empties a bucket", () => {
  const bucket = new TokenBucket(1, 2, 1000);
  assertEquals([bucket.take(1000), bucket.take(0), bucket.take(0)], [true, true, false]);
  assertEquals(bucket.wait(0), 1000);
});

Deno.test("what costs several tokens takes them, and what costs more than there can be passes a full bucket", () => {
  const bucket = new TokenBucket(10, 40, 0);
  assertEquals([bucket.take(0, 30), bucket.take(0, 20), bucket.take(0, 10)], [true, false, true]);
  assertEquals([bucket.wait(0, 20), bucket.wait(0, 1000)], [2000, 4000]);
  assertEquals([bucket.take(3900, 1000), bucket.take(4000, 1000)], [false, true]);
});
