import { assert, assertEquals } from "@std/assert";
import { RateLimit } from "../../lib/client/waiting_line.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

Deno.test("RateLimit lets no more through than its rate, whatever the pattern", async () => {
  const clock = new FakeClock();
  const limit = new RateLimit(clock, 40);
  let passed = 0;
  for (let second = 0; second < 5; second++) {
    const end = clock.now() + 1000;
    while (clock.now() < end) {
      if (limit.waitMs > 0) await clock.advance(limit.waitMs);
      else {
        limit.take();
        passed++;
      }
    }
  }
  assert(passed <= 40 * 6, `${passed} passed`);
});

Deno.test("RateLimit.waitMs tells exactly when the next may pass", async () => {
  const clock = new FakeClock();
  const limit = new RateLimit(clock, 40);
  for (let message = 0; message < 40; message++) limit.take();
  assertEquals(limit.waitMs, 25);
  await clock.advance(25);
  assertEquals(limit.waitMs, 0);
});
