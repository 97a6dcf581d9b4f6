import { assertEquals, assertStringIncludes } from "@std/assert";
import { FakeClock } from "../helpers/fake_clock.ts";
import { testKey } from "../helpers/peer.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";
import { ways } from "./submitting.ts";

const beforeMidnight = Date.parse("2026-11-21T23:59:59.999Z");

function wagers(...amounts: number[]) {
  return amounts.map((wager, index) => samplePrediction(`w${index} of ${wager}`, { wager }));
}

for (const { name, submit } of ways) {
  Deno.test(`a day's wagers may reach 1000 and not pass it over ${name}`, async () => {
    await using scene = await Scene.start({}, new FakeClock());
    const predictions = wagers(999.9, 0.1, 0.001);
    const outcomes = await submit(scene, { predictions }, 3);
    assertEquals(outcomes.map(({ data }) => data["status"]), ["success", "success", "error"]);
    assertEquals(
      outcomes[2]?.data["message"],
      "Daily wager limit exceeded: 0.001 on top of 1000 today, at most 1000",
    );
  });

  Deno.test(`the day begins anew at midnight UTC by the server's clock over ${name}`, async () => {
    const clock = new FakeClock(beforeMidnight);
    await using scene = await Scene.start({}, clock);
    const [first] = await submit(scene, samplePrediction("a", { wager: 1000 }), 1);
    const [refused] = await submit(scene, samplePrediction("b", { wager: 1 }), 1);
    await clock.advance(1);
    const [next] = await submit(scene, samplePrediction("c", { wager: 1000 }), 1);
    const [refusedAgain] = await submit(scene, samplePrediction("d", { wager: 1 }), 1);
    assertEquals(first?.data["status"], "success");
    assertStringIncludes(String(refused?.data["message"]), "Daily wager limit exceeded");
    assertEquals(next?.data["status"], "success");
    assertStringIncludes(String(refusedAgain?.data["message"]), "Daily wager limit exceeded");
  });
}

Deno.test("ten wagers of a tenth add up to one, however doubles see it", async () => {
  await using scene = await Scene.start();
  const amounts = [999, ...Array.from({ length: 10 }, () => 0.1)];
  const predictions = amounts.map((wager, index) => samplePrediction(`p${index}`, { wager }));
  const { body } = await scene.submit({ predictions });
  const confirmations = body["confirmations"] as { type: string; data: Record<string, unknown> }[];
  assertEquals(confirmations.map(({ data }) => data["status"]), amounts.map(() => "success"));
  assertEquals(dataOf(confirmations.at(-1))["miner_stats"], { predictions: 11, wagered_today: 1000 });
});

Deno.test("each miner has a limit of its own, and refused or repeated predictions do not count", async () => {
  await using scene = await Scene.start();
  const other = testKey(8);
  await scene.register(other, 8);
  const ofOther = samplePrediction("x", { wager: 1000, miner_uid: 8 });
  const statuses = [
    await scene.submit(samplePrediction("a", { wager: 600 })),
    await scene.submit(samplePrediction("b", { wager: 500 })),
    await scene.submit(samplePrediction("c", { wager: 300, predicted_odds: 1 })),
    await scene.submit(samplePrediction("a", { wager: 600 })),
    await scene.submit(samplePrediction("d", { wager: 400 })),
    await scene.submit(ofOther, other),
  ].map(({ status }) => status);
  assertEquals(statuses, [200, 422, 422, 200, 200, 200]);
});

Deno.test("the limit holds when predictions arrive at the same time over both transports", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  const over = Array.from({ length: 10 }, (_, index) => samplePrediction(`h${index}`, { wager: 150 }));
  for (let index = 0; index < 10; index += 1) {
    peer.send(scene.sign("prediction", samplePrediction(`s${index}`, { wager: 150 })));
  }
  await Promise.all(over.map((prediction) => scene.submit(prediction)));
  const confirmed = [];
  while (confirmed.length < 20) {
    confirmed.push(dataOf(await peer.next(({ type }) => type === "confirmation")));
  }
  assertEquals(confirmed.filter(({ status }) => status === "success").length, 6);
  await peer.close();
});
