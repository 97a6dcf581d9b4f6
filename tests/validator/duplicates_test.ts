import { assertEquals, assertStringIncludes } from "@std/assert";
import { freshNonce, testKey } from "../helpers/peer.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";
import { type Way, ways } from "./submitting.ts";

const pairs = ways.flatMap((first) => ways.map((second): [Way, Way] => [first, second]));

for (const [first, second] of pairs) {
  Deno.test(`the same prediction over ${first.name} and then ${second.name} gets its first receipt again`, async () => {
    await using scene = await Scene.start();
    const [original] = await first.submit(scene, samplePrediction("p"), 1);
    await first.submit(scene, samplePrediction("q"), 1);
    const [alone] = await second.submit(scene, samplePrediction("p"), 1);
    const batch = [samplePrediction("r"), samplePrediction("p"), samplePrediction("p")];
    const batched = await second.submit(scene, { predictions: batch }, 3);
    assertEquals(original?.data["duplicate"], undefined);
    for (const again of [alone, batched[1], batched[2]]) {
      assertEquals(again?.data["status"], "success");
      assertEquals(again?.data["duplicate"], true);
      assertEquals(again?.data["receipt"], original?.data["receipt"]);
      if (second.name === "HTTP") assertEquals(again?.status, 200);
    }
    const stored = await scene.server.admin("GET", "/admin/predictions");
    assertEquals((stored["predictions"] as unknown[]).length, 3);
  });
}

for (const { name, submit } of ways) {
  Deno.test(`twice the same prediction in one batch over ${name} is one prediction`, async () => {
    await using scene = await Scene.start();
    const [a, b, c] = await submit(
      scene,
      { predictions: [samplePrediction("p"), samplePrediction("p"), samplePrediction("p", { wager: 2 })] },
      3,
    );
    assertEquals([a?.data["duplicate"], b?.data["duplicate"]], [undefined, true]);
    assertEquals(b?.data["receipt"], a?.data["receipt"]);
    assertEquals(c?.data["status"], "error");
    assertStringIncludes(String(c?.data["message"]), "Conflicting prediction_id: p");
  });

  Deno.test(`a known id with other content is refused over ${name}, and the first stays`, async () => {
    await using scene = await Scene.start();
    const [original] = await submit(scene, samplePrediction("p"), 1);
    const [conflict] = await submit(scene, samplePrediction("p", { wager: 2 }), 1);
    const [again] = await submit(scene, samplePrediction("p"), 1);
    assertEquals(conflict?.data["status"], "error");
    assertEquals(conflict?.data["receipt"], undefined);
    if (name === "HTTP") assertEquals(conflict?.status, 409);
    assertEquals(again?.data["receipt"], original?.data["receipt"]);
  });

  Deno.test(`a prediction that was refused may come again with the same id over ${name}`, async () => {
    await using scene = await Scene.start();
    const [refused] = await submit(scene, samplePrediction("p", { wager: 0 }), 1);
    const [accepted] = await submit(scene, samplePrediction("p"), 1);
    assertEquals([refused?.data["status"], accepted?.data["status"]], ["error", "success"]);
    assertEquals(accepted?.data["duplicate"], undefined);
  });

  Deno.test(`a duplicate is recognised although its game has started since over ${name}`, async () => {
    await using scene = await Scene.start();
    const [original] = await submit(scene, samplePrediction("p"), 1);
    await scene.addGames([sampleGame("g1", { active: false })]);
    const [again] = await submit(scene, samplePrediction("p"), 1);
    assertEquals(again?.data["receipt"], original?.data["receipt"]);
  });
}

Deno.test("the same id from another miner is another prediction", async () => {
  await using scene = await Scene.start();
  const other = testKey(8);
  await scene.register(other, 8);
  const first = await scene.submit(samplePrediction("p"));
  const second = await scene.submit(samplePrediction("p", { miner_uid: 8 }), other);
  assertEquals([first.status, second.status], [200, 200]);
  assertEquals(dataOf(second.body as { type: string })["duplicate"], undefined);
});

Deno.test("the same prediction sent many times at once is committed once", async () => {
  await using scene = await Scene.start();
  const answers = await Promise.all(Array.from({ length: 20 }, () => scene.submit(samplePrediction("p"))));
  const data = answers.map(({ body }) => dataOf(body as { type: string }));
  assertEquals(data.filter(({ duplicate }) => duplicate === undefined).length, 1);
  assertEquals(new Set(data.map(({ receipt }) => JSON.stringify(receipt))).size, 1);
});

Deno.test("a nonce used over WebSocket is a replay over HTTP, and the other way round", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  const first = scene.sign("prediction", samplePrediction("p1"), { nonce: freshNonce() });
  peer.send(first);
  await peer.next(({ type }) => type === "confirmation");
  const overHttp = await scene.post("/api/v1/predictions", first);
  assertEquals(overHttp.status, 409);
  assertEquals((overHttp.body["error"] as Record<string, unknown>)["code"], "replayed");
  const second = scene.sign("prediction", samplePrediction("p2"));
  assertEquals((await scene.post("/api/v1/predictions", second)).status, 200);
  peer.send(second);
  const error = await peer.next(({ type }) => type === "error");
  assertEquals([error["code"], error["in_reply_to"]], ["replayed", JSON.parse(second).nonce]);
  await peer.close();
});
