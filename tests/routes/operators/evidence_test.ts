import { assert, assertEquals } from "@std/assert";
import { ReceiptAudit } from "../../../lib/client/mod.ts";
import { cryptoReady } from "../../../lib/crypto/mod.ts";
import { noReceipt, renderSigned, sha256Hex } from "../../../lib/protocol/mod.ts";
import { adminToken } from "../../helpers/gateway.ts";
import { testKey } from "../../helpers/peer.ts";
import { samplePrediction } from "../../helpers/samples.ts";
import { Scene } from "../../helpers/scene.ts";

async function read(scene: Scene, path: string) {
  const headers = { authorization: `Bearer ${adminToken}` };
  const response = await fetch(`${scene.server.url}${path}`, { headers });
  return { status: response.status, text: await response.text() };
}

Deno.test("operators see a miner's latest predictions, and where its chain stands", async () => {
  await using scene = await Scene.start();
  const { address } = scene.key;
  assertEquals(JSON.parse((await read(scene, `/admin/miners/${address}`)).text), {
    hotkey: address,
    chain: { receipts: 0, first: 1, head: noReceipt },
    latest: [],
  });
  await scene.submit({ predictions: [samplePrediction("a"), samplePrediction("b", { wager: 2000 })] });
  await scene.submit(samplePrediction("c"));
  const { chain, latest } = JSON.parse((await read(scene, `/admin/miners/${address}`)).text);
  assertEquals([chain.receipts, chain.first], [2, 1]);
  assertEquals(latest.length, 3);
  assertEquals(latest[0].prediction_id, "c");
  const refused = latest.find(({ prediction_id }: { prediction_id: string }) => prediction_id === "b");
  assertEquals([refused.result, refused.reason, refused.sequence], ["refused", "wager_limit", null]);
  const next = JSON.parse((await read(scene, "/admin/predictions/2")).text);
  assertEquals(chain.head, sha256Hex(renderSigned(next.prediction.receipt)));
});

Deno.test("a miner's receipts come signed, a page after the other, and are sound", async () => {
  await using scene = await Scene.start();
  await cryptoReady();
  const { address } = scene.key;
  await scene.submit({ predictions: ["a", "b", "c"].map((id) => samplePrediction(id)) });
  const first = (await read(scene, `/admin/miners/${address}/receipts?limit=2`)).text;
  const second = (await read(scene, `/admin/miners/${address}/receipts?after=2&limit=2`)).text;
  const lines = `${first}${second}`.split("\n").slice(0, -1);
  assertEquals(lines.length, 3);
  const { validator } = await scene.call("GET", "/ws/health").then(({ body }) =>
    body as { validator: string }
  );
  const audit = new ReceiptAudit({ validator, miner: address });
  for (const [index, line] of lines.entries()) await audit.take(index + 1, line);
  const { sound, confirmations } = audit.report();
  assertEquals([sound, confirmations], [true, 3]);
  assertEquals((await read(scene, `/admin/miners/${testKey(99).address}/receipts`)).text, "");
  assertEquals((await read(scene, "/admin/miners/nobody/receipts")).status, 400);
});

Deno.test("what proves a prediction names its neighbours in its miner's chain", async () => {
  await using scene = await Scene.start();
  const other = testKey(8);
  await scene.register(other, 8);
  await scene.submit(samplePrediction("a"));
  await scene.submit(samplePrediction("x", { miner_uid: 8 }), other);
  await scene.submit(samplePrediction("b"));
  const proofOf = async (sequence: number) =>
    JSON.parse((await read(scene, `/admin/predictions/${sequence}`)).text);
  const proof = await proofOf(3);
  assertEquals([proof.before.prediction_id, proof.after], ["a", null]);
  assertEquals(proof.prediction.receipt.hash, sha256Hex(proof.text));
  assert(proof.confirmation.includes(proof.prediction.receipt.hash));
  assertEquals((await proofOf(1)).after.prediction_id, "b");
  assertEquals((await proofOf(2)).before, null);
  for (const sequence of ["0", "4", "-1", "1.5", "x"]) {
    assertEquals((await read(scene, `/admin/predictions/${sequence}`)).status, 404, sequence);
  }
});

Deno.test("an accepted prediction is found by its id, whose ever it is", async () => {
  await using scene = await Scene.start();
  const other = testKey(8);
  await scene.register(other, 8);
  await scene.submit(samplePrediction("same"));
  await scene.submit(samplePrediction("same", { miner_uid: 8 }), other);
  await scene.submit(samplePrediction("else"));
  const { predictions } = JSON.parse((await read(scene, "/admin/predictions?prediction_id=same")).text);
  assertEquals(predictions.map(({ uid }: { uid: number }) => uid), [7, 8]);
  const none = JSON.parse((await read(scene, "/admin/predictions?prediction_id=none&wait=30")).text);
  assertEquals(none, { predictions: [], next: 0 });
});
