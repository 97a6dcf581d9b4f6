import { assert, assertEquals, assertRejects } from "@std/assert";
import { closes, Float } from "../../lib/protocol/mod.ts";
import { type OutboxEntry } from "../../lib/client/mod.ts";
import { Harness, predictionOf } from "./harness.ts";
import { until } from "../helpers/until.ts";

const confirmedIds = (miner: Harness) => miner.of("confirmation").map(({ predictionId }) => predictionId);
const batches = (miner: Harness) => miner.validator.messages.map(({ ids }) => ids);

async function submitMany(miner: Harness, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `p${index}`);
  await Promise.all(ids.map((id) => miner.client.submit(predictionOf(id))));
  return ids;
}

Deno.test("a prediction is confirmed once, with its receipt and the signed message", async () => {
  await using miner = new Harness();
  await miner.connect();
  await miner.client.submit(predictionOf("p1"));
  await miner.client.idle();
  const [event, ...others] = miner.of("confirmation");
  assertEquals(others, []);
  assertEquals([event?.predictionId, event?.duplicate, event?.latencyMs], ["p1", false, 0]);
  assertEquals(event?.receipt?.hash.length, 64);
  assertEquals(JSON.parse(event?.signed ?? "").data.prediction_id, "p1");
  assertEquals(await miner.outbox.entries(), []);
  assertEquals(miner.problems, []);
});

Deno.test("a prediction is logged word for word when it is pushed", async () => {
  await using miner = new Harness();
  await miner.connect();
  await miner.client.submit(predictionOf("p1"));
  await miner.client.idle();
  assertEquals(miner.lines.filter((line) => line.startsWith("Pushed")), [
    "Pushed prediction p1 via WebSocket",
  ]);
});

Deno.test("a prediction keeps the text of its numbers", async () => {
  await using miner = new Harness();
  await miner.connect();
  const { wager: _, ...rest } = predictionOf("p1");
  await miner.client.submit({ ...rest, wager: new Float(10), payout: 0 } as never);
  await miner.client.idle();
  const text = miner.validator.accepted.get("p1") ?? "";
  assert(text.includes('"wager": 10.0') && text.includes('"payout": 0,'), text);
});

Deno.test("submit() resolves only once the outbox keeps the prediction, which is not sent before", async () => {
  const kept = Promise.withResolvers<void>();
  await using miner = new Harness();
  const add = miner.outbox.add.bind(miner.outbox);
  miner.outbox.add = async (entry: OutboxEntry) => {
    await kept.promise;
    await add(entry);
  };
  await miner.connect();
  let resolved = false;
  const submitted = miner.client.submit(predictionOf("p1")).then(() => resolved = true);
  await miner.clock.advance(1000);
  assertEquals([resolved, batches(miner)], [false, []]);
  kept.resolve();
  await submitted;
  await miner.client.idle();
  assertEquals(batches(miner), [["p1"]]);
});

Deno.test("submit() rejects when the outbox cannot keep the prediction, which is then not sent", async () => {
  await using miner = new Harness();
  await miner.connect();
  miner.outbox.add = () => Promise.reject(new Error("disk full"));
  await assertRejects(() => miner.client.submit(predictionOf("p1")), Error, "disk full");
  assertEquals([miner.client.waiting, batches(miner)], [0, []]);
});

Deno.test("submit() rejects a prediction without an id", async () => {
  await using miner = new Harness();
  for (const id of [undefined, "", 7, "x".repeat(257)]) {
    const prediction = { ...predictionOf("p1"), prediction_id: id };
    await assertRejects(() => miner.client.submit(prediction as never), TypeError, "prediction_id");
  }
});

Deno.test("submit() takes the same prediction twice as one, and refuses its id with other content", async () => {
  await using miner = new Harness();
  await miner.client.submit(predictionOf("p1"));
  await miner.client.submit(predictionOf("p1"));
  const other = predictionOf("p1", { wager: 11 });
  await assertRejects(
    () => miner.client.submit(other),
    TypeError,
    "one with that id and other content is waiting",
  );
  await miner.connect();
  await miner.client.idle();
  assertEquals(batches(miner), [["p1"]]);
});

Deno.test("a prediction that was confirmed before is confirmed again as a duplicate", async () => {
  await using miner = new Harness();
  await miner.connect();
  for (let time = 0; time < 2; time++) {
    await miner.client.submit(predictionOf("p1"));
    await miner.client.idle();
  }
  assertEquals(miner.of("confirmation").map(({ duplicate }) => duplicate), [false, true]);
});

Deno.test("a prediction that breaks a rule is refused for good", async () => {
  await using miner = new Harness();
  miner.validator.rule = () => "Unknown game: game-1";
  await miner.connect();
  await miner.client.submit(predictionOf("p1"));
  await miner.client.idle();
  const [event, ...others] = miner.of("refused");
  assertEquals([event?.predictionId, event?.message, others], ["p1", "Unknown game: game-1", []]);
  assertEquals(JSON.parse(event?.signed ?? "").data.status, "error");
  assertEquals(await miner.outbox.entries(), []);
});

Deno.test("a confirmation that comes several times counts once", async () => {
  await using miner = new Harness();
  miner.validator.copies = 3;
  await miner.connect();
  const ids = await submitMany(miner, 5);
  await miner.client.idle();
  await miner.clock.advance(1000);
  assertEquals(confirmedIds(miner).toSorted(), ids);
});

Deno.test("a lone prediction goes at once by itself, a backlog in batches of up to 100", async () => {
  await using miner = new Harness();
  const ids = await submitMany(miner, 250);
  await miner.connect();
  await miner.client.idle();
  assertEquals(batches(miner).map(({ length }) => length), [100, 100, 50]);
  assertEquals(batches(miner).flat(), ids);
  await miner.client.submit(predictionOf("alone"));
  await miner.client.idle();
  assertEquals(batches(miner).at(-1), ["alone"]);
});

Deno.test("messages stay below 256 KiB", async () => {
  await using miner = new Harness();
  for (let index = 0; index < 12; index++) {
    await miner.client.submit(predictionOf(`p${index}`, { notes: "x".repeat(50_000) }));
  }
  await miner.connect();
  await miner.client.idle();
  for (const { size } of miner.validator.messages) assert(size < 256 * 1024, `${size}`);
  assertEquals(confirmedIds(miner).length, 12);
});

Deno.test("only a few messages are under way at once", async () => {
  await using miner = new Harness();
  miner.validator.onMessage = () => "ignore";
  await miner.connect();
  await submitMany(miner, 500);
  await miner.clock.advance(1000);
  assertEquals(miner.validator.messages.length, 4);
});

Deno.test("messages stay below the validator's rate", async () => {
  await using miner = new Harness();
  await miner.connect();
  const times: number[] = [];
  miner.validator.onMessage = () => {
    times.push(miner.clock.now());
    return "decide";
  };
  for (let index = 0; index < 120; index++) {
    await miner.client.submit(predictionOf(`p${index}`));
    await until(() => miner.client.waiting === 0, "all to be decided", () => miner.clock.advance(5));
  }
  const lasting = (times.at(-1) ?? 0) - (times[0] ?? 0);
  assert(times.length <= 50 + 50 * lasting / 1000, `${times.length} in ${lasting} ms`);
});

Deno.test("a prediction unanswered for 30 s is sent again with a new nonce", async () => {
  await using miner = new Harness();
  const nonces: string[] = [];
  miner.validator.onMessage = (_ids, { nonce }) => {
    nonces.push(nonce);
    return nonces.length === 1 ? "ignore" : "decide";
  };
  await miner.connect();
  await miner.client.submit(predictionOf("p1"));
  await miner.clock.advance(29_999);
  assertEquals(nonces.length, 1);
  await miner.clock.advance(1);
  await miner.client.idle();
  assertEquals(new Set(nonces).size, 2);
  assertEquals(miner.validator.faults, []);
});

for (const code of ["rate_limited", "internal_error", "server_closing"]) {
  Deno.test(`a prediction that meets ${code} is sent again after what the validator asks for`, async () => {
    await using miner = new Harness();
    let failures = 0;
    miner.validator.onMessage = () => failures++ < 2 ? { code, retry_after_ms: 2500 } : "decide";
    await miner.connect();
    await miner.client.submit(predictionOf("p1"));
    await until(() => failures === 1);
    await miner.clock.advance(2499);
    assertEquals(failures, 1);
    await miner.clock.advance(1);
    assertEquals(failures, 2);
    await miner.clock.advance(2500);
    await miner.client.idle();
    assertEquals(confirmedIds(miner), ["p1"]);
    assertEquals(miner.problems, [code]);
  });
}

Deno.test("a prediction whose nonce was taken is sent again at once with another", async () => {
  await using miner = new Harness();
  let first = true;
  miner.validator.onMessage = () => {
    const answer = first ? { code: "replayed" } as const : "decide";
    first = false;
    return answer;
  };
  await miner.connect();
  await miner.client.submit(predictionOf("p1"));
  await miner.client.idle();
  assertEquals(confirmedIds(miner), ["p1"]);
});

Deno.test("predictions refused as not authorized stay, and are sent again after the maximum interval", async () => {
  await using miner = new Harness({ maxReconnectInterval: 300_000 });
  let refusing = true;
  miner.validator.onMessage = () =>
    refusing ? { code: "not_authorized", message: "Not authorized: no" } : "decide";
  await miner.connect();
  await submitMany(miner, 3);
  await until(() => miner.problems.length > 0);
  refusing = false;
  await miner.clock.advance(60_000);
  assertEquals(confirmedIds(miner), []);
  await miner.clock.advance(240_000);
  await miner.client.idle();
  assertEquals(confirmedIds(miner).length, 3);
  assertEquals(miner.problems, ["not_authorized"]);
});

Deno.test("a timestamp that is refused later on corrects the clock, and the prediction goes again at once", async () => {
  await using miner = new Harness();
  await miner.connect();
  miner.validator.skewMs = -4_000_000;
  await submitMany(miner, 3);
  await miner.client.idle();
  assertEquals(confirmedIds(miner).length, 3);
});

Deno.test("a batch refused as a whole is sent in single predictions, and only the unfit one is given up", async () => {
  await using miner = new Harness();
  miner.validator.onMessage = (ids) =>
    ids.includes("p3") ? { code: "invalid_message", message: "wager: no" } : "decide";
  const ids = await submitMany(miner, 6);
  await miner.connect();
  await miner.client.idle();
  assertEquals(confirmedIds(miner).toSorted(), ids.filter((id) => id !== "p3"));
  assertEquals(
    miner.of("refused").map(({ predictionId, message, signed }) => [predictionId, message, signed]),
    [
      ["p3", "wager: no", undefined],
    ],
  );
});

Deno.test("predictions too large for the validator are found, and the others get through", async () => {
  await using miner = new Harness({ reconnectInterval: 1000, maxReconnectInterval: 1000 });
  miner.validator.onMessage = (_ids, { signedText }) => {
    if (signedText.length < 3000) return "decide";
    miner.validator.latestPeer.close(closes.tooLarge.code, closes.tooLarge.reason);
    return "ignore";
  };
  for (let index = 0; index < 8; index++) {
    const notes = "x".repeat(index === 5 ? 5000 : 10);
    await miner.client.submit(predictionOf(`p${index}`, { notes }));
  }
  await miner.client.start();
  for (let turn = 0; turn < 20 && miner.client.waiting > 0; turn++) await miner.clock.advance(1000);
  assertEquals(miner.of("refused").map(({ predictionId }) => predictionId), ["p5"]);
  assertEquals(confirmedIds(miner).length, 7);
});

Deno.test("predictions sent on a connection that broke are sent again on the next", async () => {
  await using miner = new Harness();
  let dropped = false;
  miner.validator.onMessage = () => {
    if (dropped) return "decide";
    dropped = true;
    return "drop";
  };
  await miner.connect();
  await miner.client.submit(predictionOf("p1"));
  await miner.nextAttempt();
  await miner.client.idle();
  assertEquals(confirmedIds(miner), ["p1"]);
});

Deno.test("a confirmation that was lost with the connection is recovered", async () => {
  await using miner = new Harness();
  await miner.connect();
  miner.validator.latestPeer.passing = true;
  const { link } = miner.validator.latestPeer;
  const send = link.send;
  link.send = () => {};
  await miner.client.submit(predictionOf("p1"));
  await until(() => miner.validator.accepted.has("p1"));
  link.send = send;
  miner.validator.latestPeer.close(1006, "");
  await miner.nextAttempt();
  await miner.client.idle();
  const [event, ...others] = miner.of("confirmation");
  assertEquals([event?.predictionId, event?.duplicate, others], ["p1", false, []]);
  const { confirmations } = miner.validator.authentications[1]?.recover ?? {};
  assertEquals(confirmations, { epoch: "epoch-1", offset: 0 });
});

Deno.test("a new process takes up what the last one left, and where it was", async () => {
  await using miner = new Harness();
  await miner.connect();
  await miner.client.submit(predictionOf("p1"));
  await miner.client.idle();
  miner.validator.onMessage = () => "ignore";
  await miner.client.submit(predictionOf("p2"));
  await miner.client.close();
  miner.validator.onMessage = () => "decide";
  await miner.clock.advance(1);
  miner.newClient();
  await miner.connect();
  await miner.client.idle();
  assertEquals(confirmedIds(miner), ["p1", "p2"]);
  assertEquals(miner.of("confirmation").at(-1)?.latencyMs, undefined);
  const { recover } = miner.validator.authentications[1] ?? {};
  assertEquals(recover, { games: { epoch: "", offset: 0 }, confirmations: { epoch: "epoch-1", offset: 1 } });
});

Deno.test("a closed client takes nothing more", async () => {
  await using miner = new Harness();
  await miner.client.close();
  await assertRejects(() => miner.client.submit(predictionOf("p1")), Error, "the client is closed");
});

Deno.test("idle() resolves at once where nothing waits", async () => {
  await using miner = new Harness();
  await miner.client.idle();
  assertEquals(miner.client.waiting, 0);
});
