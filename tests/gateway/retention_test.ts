import { assertEquals } from "@std/assert";
import { PredictionRepository } from "../../lib/engine/mod.ts";
import { Retention } from "../../lib/operations/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { accept, idsFrom } from "../helpers/filled_store.ts";

const [hour, day] = [3_600_000, 86_400_000];

async function pass(hours: number, clock: FakeClock, retention: Retention): Promise<void> {
  for (let passed = 0; passed < hours; passed += 1) {
    await clock.advance(hour);
    await retention.idle();
  }
}

Deno.test("what was kept for so many days is pruned within the hour, and nothing younger", async () => {
  const clock = new FakeClock();
  using engine = await openEngine(":memory:");
  const predictions = new PredictionRepository(engine);
  await accept(engine, idsFrom(1, 60), clock);
  await clock.advance(day);
  await accept(engine, idsFrom(61, 5), clock);
  const retention = new Retention({ store: engine, days: { predictions: 2, jobs: undefined }, clock });
  retention.start();
  await pass(23, clock, retention);
  assertEquals(await predictions.pruned(), 0);
  await pass(2, clock, retention);
  const sequences = (await predictions.after(0, 10)).map(({ receipt }) => receipt.sequence);
  assertEquals(sequences, [61, 62, 63, 64, 65]);
  retention.close();
});

Deno.test("nothing is pruned where no retention is set", async () => {
  const clock = new FakeClock();
  using engine = await openEngine(":memory:");
  await accept(engine, idsFrom(1, 3), clock);
  const retention = new Retention({
    store: engine,
    days: { predictions: undefined, jobs: undefined },
    clock,
  });
  retention.start();
  await pass(24, clock, retention);
  assertEquals(await new PredictionRepository(engine).pruned(), 0);
});
