import { assertEquals } from "@std/assert";
import { Reconnector } from "../../lib/client/reconnector.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

const backoff = { baseMs: 1000, maximumMs: 8000 };

function scene() {
  const clock = new FakeClock();
  const scene = { clock, attempts: 0 };
  const reconnector = new Reconnector({ clock, random: () => 0, backoff }, () => void scene.attempts++);
  return Object.assign(scene, { reconnector });
}

Deno.test("a Reconnector attempts once after each wait: as drawn, at most, or as asked within that", async () => {
  const { clock, reconnector, ...rest } = scene();
  assertEquals(rest.attempts, 0);
  const waits = (["backoff", "longest", { ms: 500 }, { ms: 60_000 }, "now"] as const)
    .map((wait) => reconnector.retry(wait));
  assertEquals(waits, [1000, 8000, 500, 8000, 0]);
  assertEquals([reconnector.failures, clock.pending], [4, 1]);
  await clock.advance(8000);
  assertEquals(clock.pending, 0);
});

Deno.test("a Reconnector forgets failures once a connection has held for 30 s, and not before", async () => {
  const { clock, reconnector } = scene();
  reconnector.retry("backoff");
  reconnector.connected();
  await clock.advance(29_000);
  reconnector.lost();
  await clock.advance(2000);
  assertEquals(reconnector.failures, 1);
  reconnector.connected();
  await clock.advance(30_000);
  assertEquals(reconnector.failures, 0);
});

Deno.test("a Reconnector hurries only an attempt that is waited for, and none after it was stopped", async () => {
  const all = scene();
  all.reconnector.hurry();
  assertEquals(all.attempts, 0);
  all.reconnector.retry("longest");
  all.reconnector.hurry();
  assertEquals([all.attempts, all.clock.pending], [1, 0]);
  all.reconnector.retry("backoff");
  all.reconnector.stop();
  await all.clock.advance(60_000);
  assertEquals([all.attempts, all.clock.pending], [1, 0]);
});
