import { assertEquals } from "@std/assert";
import { Pulse } from "../../lib/client/pulse.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

function watched(): { clock: FakeClock; pulse: Pulse; seen: string[] } {
  const clock = new FakeClock();
  const seen: string[] = [];
  const pulse: Pulse = new Pulse(clock, 1000, {
    beat() {
      seen.push("beat");
      pulse.sent();
    },
    dead: () => seen.push("dead"),
  });
  pulse.start();
  return { clock, pulse, seen };
}

Deno.test("Pulse beats every interval in which nothing is sent", async () => {
  const { clock, pulse, seen } = watched();
  await clock.advance(900);
  pulse.sent();
  pulse.received();
  await clock.advance(900);
  assertEquals(seen, []);
  await clock.advance(100);
  assertEquals(seen, ["beat"]);
  await clock.advance(1000);
  assertEquals(seen, ["beat", "beat"]);
  pulse.stop();
});

Deno.test("Pulse reports death once, after two and a half intervals without anything received", async () => {
  const { clock, pulse, seen } = watched();
  await clock.advance(2400);
  pulse.received();
  await clock.advance(2400);
  assertEquals(seen.filter((event) => event === "dead"), []);
  await clock.advance(10_000);
  assertEquals(seen.filter((event) => event === "dead"), ["dead"]);
  pulse.stop();
});

Deno.test("Pulse.stop() leaves no timer", async () => {
  const { clock, pulse, seen } = watched();
  pulse.stop();
  assertEquals(clock.pending, 0);
  await clock.advance(10_000);
  assertEquals(seen, []);
});

Deno.test("Pulse reads what waits before it reports death, when the process itself stood still", async () => {
  const { clock, pulse, seen } = watched();
  clock.standStill(60_000);
  await clock.advance(100);
  pulse.received();
  await clock.advance(2000);
  assertEquals(seen.includes("dead"), false);
  clock.setWall(400_000);
  clock.setWall(-1_000_000);
  pulse.received();
  await clock.advance(2400);
  assertEquals(seen.filter((event) => event === "dead"), []);
  await clock.advance(100);
  assertEquals(seen.filter((event) => event === "dead"), ["dead"]);
  pulse.stop();
});
