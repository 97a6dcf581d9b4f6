import { assertEquals } from "@std/assert";
import { InstanceRepository, openEngine } from "../../lib/engine/mod.ts";
import { Instances } from "../../lib/inscriptions/instances.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

Deno.test("a server whose wall clock is set takes nobody for dead who lives, and notices who does not", async () => {
  using store = await openEngine(":memory:");
  const join = async (clock: FakeClock) => {
    const instances = new Instances({
      location: ":memory:",
      repository: new InstanceRepository(store),
      clock,
      publicUrl: undefined,
      region: "default",
      activeJobs: () => 0,
    });
    await instances.start();
    return instances;
  };
  const [clock, otherClock] = [new FakeClock(), new FakeClock()];
  const [one, other] = [await join(clock), await join(otherClock)];
  const both = new Set([one.self, other.self]);
  assertEquals(await one.living(), both);
  for (const step of [400_000, -600_000]) {
    clock.setWall(step);
    assertEquals(await one.living(), both);
    for (let beats = 0; beats < 5; beats += 1) {
      await Promise.all([clock.advance(10_000), otherClock.advance(10_000)]);
      assertEquals(await one.living(), both);
    }
  }
  await clock.advance(30_000);
  assertEquals(await one.living(), new Set([one.self]));
  await Promise.all([one.leave(), other.leave()]);
});
