import { assertEquals } from "@std/assert";
import { RecentCounts } from "../../lib/telemetry/statistics.ts";

Deno.test("counts of the last minute are told by name, and are gone when it is over", () => {
  const counts = new RecentCounts<"odds" | "wager">(60_000);
  counts.add(1000, "odds");
  counts.add(4000, "odds");
  counts.add(30_000, "wager");
  assertEquals(Object.fromEntries(counts.read(59_000)), { odds: 2, wager: 1 });
  assertEquals(Object.fromEntries(counts.read(61_000)), { wager: 1 });
  assertEquals(counts.read(95_000).size, 0);
});

Deno.test("a day without anything does not bring old counts back", () => {
  const counts = new RecentCounts<"odds">(60_000);
  for (let now = 0; now < 120_000; now += 100) counts.add(now, "odds");
  assertEquals(counts.read(120_000).get("odds"), 550);
  counts.add(86_400_000, "odds");
  assertEquals(Object.fromEntries(counts.read(86_400_000)), { odds: 1 });
});
