import { assertEquals } from "@std/assert";
import { Pace } from "../../lib/hub/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

const kibibyte = 1024;

Deno.test("whoever does nothing is late after ten seconds", async () => {
  const clock = new FakeClock();
  let late = 0;
  using _pace = new Pace(clock, () => late += 1);
  await clock.advance(9999);
  assertEquals(late, 0);
  await clock.advance(60_000);
  assertEquals([late, clock.pending], [1, 0]);
});

Deno.test("16 KiB a second on average keep it going, and what came early counts", async () => {
  const clock = new FakeClock();
  let late = 0;
  using pace = new Pace(clock, () => late += 1);
  pace.count(160 * kibibyte);
  for (let second = 0; second < 60; second += 1) {
    pace.count(16 * kibibyte);
    await clock.advance(1000);
  }
  await clock.advance(19_999);
  assertEquals(late, 0);
  await clock.advance(1);
  assertEquals(late, 1);
});

Deno.test("nobody is told once it is over", async () => {
  const clock = new FakeClock();
  {
    using _pace = new Pace(clock, () => {
      throw new Error("late");
    });
  }
  await clock.advance(60_000);
  assertEquals(clock.pending, 0);
});
