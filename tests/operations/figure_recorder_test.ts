import { assertEquals } from "@std/assert";
import { type Engine, openEngine } from "../../lib/engine/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { Scene } from "../helpers/scene.ts";

/** Moves a clock on past the next timer that is due, which is so many milliseconds late. */
async function runLate(clock: FakeClock, late: number): Promise<void> {
  clock.standStill((clock.untilNext ?? 0) + late);
  await clock.advance(0);
}

Deno.test("each minute of the figures' history is kept, however late the timers are", async () => {
  const clock = new FakeClock();
  let opened: Engine | undefined;
  await using scene = await Scene.start(
    {},
    clock,
    async (...options) => opened = await openEngine(...options),
  );
  const end = clock.now() + 190_000;
  while (clock.now() < end) await runLate(clock, 7);
  await scene.server.gateway.figures.settled();
  const pages = opened === undefined
    ? []
    : await Array.fromAsync(opened.list<{ figures: Record<string, unknown[]> }>({ prefix: ["figures"] }));
  const minutes = pages.filter(({ key }) => key.includes("1h"));
  assertEquals(minutes.map(({ value }) => value.figures["cpu"]?.length), [6, 6, 6]);
});
