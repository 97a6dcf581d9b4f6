import { assertEquals, assertStringIncludes } from "@std/assert";
import { MinerClient, ReceiptAudit } from "../../lib/client/mod.ts";
import { type Receipt, receiptHash } from "../../lib/protocol/mod.ts";
import { testKey } from "../helpers/peer.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { Scene } from "../helpers/scene.ts";
import { Harness, predictionOf } from "./harness.ts";
import { until } from "../helpers/until.ts";

/** Predicts and waits until each is confirmed. */
async function confirmed(miner: Harness, ...ids: string[]): Promise<void> {
  const wanted = miner.of("confirmation").length + ids.length;
  for (const id of ids) await miner.client.submit(predictionOf(id));
  await until(() => miner.of("confirmation").length === wanted);
}

Deno.test("a miner has nothing to say of receipts that follow each other", async () => {
  await using miner = new Harness();
  miner.validator.copies = 2;
  await miner.connect();
  await confirmed(miner, "p1", "p2", "p3");
  await miner.clock.advance(120_000);
  assertEquals(miner.problems, []);
});

Deno.test("a miner reports a receipt that does not name the one before it", async () => {
  await using miner = new Harness();
  await miner.connect();
  await confirmed(miner, "p1");
  miner.validator.spoil = (receipt) => ({ ...receipt, previous: "ab".repeat(32) });
  await confirmed(miner, "p2");
  assertEquals(miner.problems, ["receipt_chain"]);
  miner.validator.spoil = (receipt) => receipt;
  await confirmed(miner, "p3");
  assertEquals(miner.problems, ["receipt_chain"]);
});

Deno.test("a miner reports receipts that have not come after a minute", async () => {
  await using miner = new Harness();
  await miner.connect();
  await confirmed(miner, "p1");
  miner.validator.spoil = (receipt) => ({ ...receipt, miner_sequence: receipt.miner_sequence + 2 });
  await confirmed(miner, "p2");
  assertEquals(miner.problems, []);
  await miner.clock.advance(60_000);
  assertEquals(miner.problems, ["receipt_gap"]);
  assertEquals(miner.of("problem")[0]?.message, "Receipts 2 to 3 have not come, while receipt 4 has");
});

Deno.test("a miner takes receipts that come in another order", async () => {
  await using miner = new Harness();
  await miner.connect();
  await confirmed(miner, "p1");
  const held: string[] = [];
  const peer = miner.validator.latestPeer;
  const send = peer.link.send;
  Object.assign(peer.link, { send: (text: string) => held.length < 2 ? held.push(text) : send(text) });
  await Promise.all(["p2", "p3"].map((id) => miner.client.submit(predictionOf(id))));
  await until(() => held.length === 2);
  for (const text of held.toReversed()) send(text);
  await until(() => miner.of("confirmation").length === 3);
  await miner.clock.advance(120_000);
  assertEquals(miner.problems, []);
});

Deno.test("a miner reports two receipts with one number", async () => {
  await using miner = new Harness();
  await miner.connect();
  await confirmed(miner, "p1", "p2");
  miner.validator.spoil = (receipt) => ({ ...receipt, miner_sequence: 2 });
  await confirmed(miner, "p3");
  assertEquals(miner.problems, ["receipt_fork"]);
});

Deno.test("a miner is told that its validator restored a backup, and follows the new lineage", async () => {
  await using miner = new Harness();
  await miner.connect();
  await confirmed(miner, "p1", "p2", "p3");
  let before: Receipt | undefined;
  miner.validator.spoil = (receipt) => {
    const number = (before?.miner_sequence ?? 1) + 1;
    const previous = before === undefined ? receipt.previous : receiptHash(before);
    return before = { ...receipt, miner_sequence: number, previous, lineage: "9f0c2a11" };
  };
  await confirmed(miner, "p4");
  assertEquals(miner.problems, ["receipt_restored"]);
  assertStringIncludes(miner.of("problem")[0]?.message ?? "", "receipts 2 to 3 count no more");
  await confirmed(miner, "p5");
  await miner.clock.advance(120_000);
  assertEquals(miner.problems, ["receipt_restored"]);
});

Deno.test("another process of the miner goes on where the receipts stood", async () => {
  await using miner = new Harness();
  await miner.connect();
  await confirmed(miner, "p1", "p2");
  await miner.client.close();
  await miner.clock.advance(1);
  miner.newClient();
  await miner.connect();
  await confirmed(miner, "p3");
  assertEquals(miner.problems, []);
  await miner.client.close();
  await miner.clock.advance(1);
  miner.newClient();
  miner.validator.spoil = (receipt) => ({ ...receipt, previous: "ab".repeat(32) });
  await miner.connect();
  await confirmed(miner, "p4");
  assertEquals(miner.problems, ["receipt_chain"]);
});

Deno.test("the receipts of a real gateway are sound, of two miners, by both ways, in batches and again", async () => {
  await using scene = await Scene.start();
  const other = testKey(8);
  await scene.register(other, 8);
  const signed: string[] = [];
  await using client = new MinerClient({
    url: scene.server.ws,
    keypair: scene.key,
    onEvent: (event) => event.type === "confirmation" && signed.push(event.signed),
  });
  await client.start();
  for (const id of ["p1", "p2", "p3"]) {
    await client.submit(samplePrediction(id));
    const { body } = await scene.submit(samplePrediction(`q${id}`, { miner_uid: 8 }), other);
    signed.push(JSON.stringify(body));
  }
  await client.idle();
  const batch = { predictions: [samplePrediction("p1"), samplePrediction("p4"), samplePrediction("p5")] };
  const { body } = await scene.submit(batch);
  signed.push(...(body["confirmations"] as unknown[]).map((confirmation) => JSON.stringify(confirmation)));

  const audit = new ReceiptAudit({ validator: scene.server.gateway.validator.address });
  for (const [index, line] of signed.entries()) await audit.take(index + 1, line);
  const { sound, miners, counts } = audit.report();
  assertEquals([sound, counts], [true, { duplicate: 1 }]);
  assertEquals(
    new Map(miners.map(({ hotkey, receipts }) => [hotkey, receipts])),
    new Map([[scene.key.address, 5], [other.address, 3]]),
  );
  assertEquals(audit.report(), audit.report());
});
