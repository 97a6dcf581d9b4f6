import { assertEquals } from "@std/assert";
import { FakeClock } from "../helpers/fake_clock.ts";
import { TemporaryFolder } from "../helpers/process.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";
import { ways } from "./submitting.ts";

for (const { name, submit } of ways) {
  const messages = async (scene: Scene, ...predictions: ReturnType<typeof samplePrediction>[]) =>
    (await submit(scene, { predictions }, predictions.length)).map(({ data }) =>
      data["status"] === "success" ? "success" : data["message"]
    );

  Deno.test(`a wager below the smallest is refused over ${name}`, async () => {
    await using scene = await Scene.start({ "predictions.smallest_wager": 0.5 }, new FakeClock());
    const predictions = [0.5, 0.499, 4e-10].map((wager) => samplePrediction(`w ${wager}`, { wager }));
    assertEquals(await messages(scene, ...predictions), [
      "success",
      "Wager too small: got 0.499, expected at least 0.5",
      "Wager too small: got 4e-10, expected at least 0.5",
    ]);
  });

  Deno.test(`a miner may hand in so many predictions on a day, and as many on the next, over ${name}`, async () => {
    const clock = new FakeClock();
    await using scene = await Scene.start({ "predictions.daily_per_miner": 2 }, clock);
    const predictions = ["a", "b", "c"].map((id) => samplePrediction(id));
    const refused = "Daily prediction limit exceeded: 2 were accepted today, at most 2";
    assertEquals(await messages(scene, ...predictions), ["success", "success", refused]);
    // What was accepted before is told again, and counts once.
    assertEquals(await messages(scene, samplePrediction("b"), samplePrediction("d")), ["success", refused]);
    clock.setWall(24 * 3600 * 1000);
    assertEquals(await messages(scene, samplePrediction("e")), ["success"]);
  });

  Deno.test(`a miner may hand in so many bytes on a day, and so many at once, over ${name}`, async () => {
    const limits = { "predictions.max_size": 1000, "predictions.daily_bytes_per_miner": 1500 };
    await using scene = await Scene.start(limits, new FakeClock());
    const padded = (id: string, note: number) => samplePrediction(id, { note: "x".repeat(note) });
    const [first, second, third] = await messages(
      scene,
      padded("a", 1000),
      padded("b", 450),
      padded("c", 450),
    );
    assertEquals(
      String(first).replace(/\d{4} /, "N "),
      "Prediction too large: N characters as signed text, at most 1000",
    );
    assertEquals(second, "success");
    assertEquals(
      String(third).replaceAll(/\b\d{3}\b/g, "N"),
      "Daily size limit exceeded: N bytes on top of N today, at most 1500",
    );
  });
}

Deno.test("no wager is so small that it counts for nothing", async () => {
  await using scene = await Scene.start({ "predictions.smallest_wager": 1e-300 }, new FakeClock());
  const amounts = [999.999999998, 4e-10, 1e-200, 1e-9];
  const predictions = amounts.map((wager) => samplePrediction(`w ${wager}`, { wager }));
  const { body } = await scene.submit({ predictions });
  const confirmations = body["confirmations"] as { type: string; data: Record<string, unknown> }[];
  assertEquals(confirmations.map(({ data }) => data["status"]), ["success", "success", "success", "error"]);
  assertEquals(dataOf(confirmations[2])["miner_stats"], { predictions: 3, wagered_today: 1000 });
});

Deno.test("a restart begins no day anew", async () => {
  await using folder = await TemporaryFolder.make();
  const config = {
    store: `${folder.path}/store.db`,
    validator_key: `${folder.path}/key`,
    "predictions.daily_per_miner": 1,
  };
  {
    await using scene = await Scene.start(config, new FakeClock());
    assertEquals((await scene.submit(samplePrediction("a"))).status, 200);
  }
  await using scene = await Scene.start(config, new FakeClock());
  const { status, body } = await scene.submit(samplePrediction("b"));
  assertEquals([status, dataOf({ type: "", ...body })["message"]], [
    422,
    "Daily prediction limit exceeded: 1 were accepted today, at most 1",
  ]);
});
