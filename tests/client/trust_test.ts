import { assertEquals } from "@std/assert";
import { keypairFromSeed } from "../../lib/crypto/mod.ts";
import type { ExactObject } from "../../lib/protocol/mod.ts";
import { FakeValidator } from "../helpers/fake_validator.ts";
import { Harness, predictionOf } from "./harness.ts";
import { until } from "../helpers/until.ts";

const stranger = keypairFromSeed(new Uint8Array(32).fill(66));
const accepted: ExactObject = { prediction_id: "p1", status: "success", message: "Prediction accepted" };

const forgeries: [what: string, code: string, forge: (validator: FakeValidator) => string][] = [
  [
    "signed by somebody else",
    "wrong_sender",
    (validator) => validator.sign("confirmation", accepted, stranger),
  ],
  ["in the validator's name with another's signature", "bad_signature", (validator) => {
    const text = validator.sign("confirmation", accepted, stranger);
    return text.replace(stranger.address, validator.key.address);
  }],
  ["with a changed id", "bad_signature", (validator) => {
    return validator.sign("confirmation", { ...accepted, prediction_id: "p0" }).replace('"p0"', '"p1"');
  }],
  ["without a signature", "bad_message", (validator) => {
    return validator.sign("confirmation", accepted).replace(/, "signature": "\w+"/, "");
  }],
  ["that is not JSON", "bad_message", () => '{"type": "confirmation", "prediction_id": "p1"'],
  ["with a number that JSON does not have", "bad_message", () => '{"type": "confirmation", "wager": NaN}'],
];

for (const [what, code, forge] of forgeries) {
  Deno.test(`a confirmation ${what} is reported and never counts`, async () => {
    await using miner = new Harness();
    miner.validator.onMessage = () => "ignore";
    await miner.connect();
    await miner.client.submit(predictionOf("p1"));
    miner.validator.latestPeer.send(forge(miner.validator));
    await until(() => miner.problems.length > 0);
    assertEquals([miner.problems, miner.of("confirmation"), miner.client.waiting], [[code], [], 1]);
    assertEquals(miner.client.state, "authenticated");
  });
}

Deno.test("games signed by somebody else are reported and ignored", async () => {
  await using miner = new Harness();
  await miner.connect();
  await until(() => miner.of("games").length === 1);
  const data = { games: [{ game_id: "forged" }], epoch: "epoch-1", offset: 1 };
  miner.validator.latestPeer.send(miner.validator.sign("game_update", data, stranger));
  await until(() => miner.problems.includes("wrong_sender"));
  assertEquals(miner.of("games").length, 1);
});

Deno.test("a miner keeps to the hotkey that a validator showed first, over restarts", async () => {
  await using miner = new Harness();
  await miner.connect();
  await miner.client.close();
  await miner.clock.advance(1);
  const impostor = new FakeValidator({ clock: miner.clock, seed: 66 });
  miner.newClient({ WebSocket: impostor.WebSocket, fetch: impostor.fetch });
  await miner.client.start();
  await until(() => miner.problems.includes("wrong_sender"));
  assertEquals(miner.client.state, "connecting");
  assertEquals(miner.of("games").length <= 1, true);
});

Deno.test("a miner accepts no other validator than the one it was given", async () => {
  await using miner = new Harness({ hotkey: stranger.address });
  await miner.client.start();
  await until(() => miner.problems.includes("wrong_sender"));
  await miner.clock.advance(10_000);
  assertEquals(miner.problems.at(-1), "unwelcome");
  assertEquals(miner.client.state, "waiting");
});

Deno.test("a miner accepts the validator that it was given, whatever it showed before", async () => {
  await using miner = new Harness();
  await miner.outbox.set("state", JSON.stringify({ hotkey: stranger.address }));
  miner.newClient({ hotkey: miner.validator.key.address });
  await miner.connect();
  assertEquals(miner.problems, []);
});

Deno.test("a receipt for other content is reported", async () => {
  await using miner = new Harness();
  miner.validator.onMessage = () => "ignore";
  await miner.connect();
  await miner.client.submit(predictionOf("p1"));
  const receipt = { sequence: 1, hash: "0".repeat(64), previous: "0".repeat(64), miner_sequence: 1 };
  miner.validator.latestPeer.send(miner.validator.sign("confirmation", { ...accepted, receipt }));
  await miner.client.idle();
  assertEquals(miner.problems, ["receipt_mismatch"]);
});
