import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ExactJson } from "../../lib/protocol/mod.ts";
import { freshNonce, type Peer, testKey } from "../helpers/peer.ts";
import { LogLines } from "../helpers/log_lines.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";

async function answer(peer: Peer, text: string) {
  peer.send(text);
  return await peer.next();
}

Deno.test("on an authenticated connection a refused message gets an error, and the connection stays open", async (test) => {
  await using scene = await Scene.start();
  const other = testKey(8);
  await scene.register(other, 8);
  const peer = await scene.connect();
  const used = scene.sign("heartbeat", {});
  await answer(peer, used);
  const heartbeat = (options = {}) => scene.sign("heartbeat", {}, options);
  const cases: readonly (readonly [string, string, string, string])[] = [
    [
      "bad signature",
      heartbeat().replace(/.{4}"}$/, '0000"}'),
      "not_authorized",
      "Not authorized: bad signature",
    ],
    ["another registered sender", heartbeat({ key: other }), "not_authorized", "Not authorized: sender"],
    ["stale", heartbeat({ now: Date.now() - 301_000 }), "not_authorized", "Not authorized: timestamp"],
    ["used nonce", used, "replayed", "Not authorized: nonce was used before"],
    [
      "unknown type",
      scene.sign("gossip", {}),
      "invalid_message",
      'Invalid message format: unknown type "gossip"',
    ],
    [
      "a type like __proto__",
      scene.sign("__proto__", {}),
      "invalid_message",
      "Invalid message format: unknown type",
    ],
    [
      "malformed prediction",
      scene.sign("prediction", {}),
      "invalid_message",
      "Invalid message format: data.prediction_id",
    ],
  ];
  for (const [what, text, code, message] of cases) {
    await test.step(what, async () => {
      const error = await answer(peer, text);
      assertEquals(error["data"], { message: error["message"], code });
      assertEquals([error["code"], error["in_reply_to"]], [code, JSON.parse(text).nonce]);
      assertStringIncludes(String(error["message"]), message);
    });
  }
  assertEquals((await answer(peer, scene.sign("heartbeat", {}))).type, "heartbeat_ack");
  await peer.close();
});

Deno.test("a refused message does not use up its nonce", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  const nonce = freshNonce();
  const data = samplePrediction("p");
  const refused = [
    scene.sign("prediction", data, { nonce }).replace('"wager": 1.5', '"wager": 3'),
    scene.sign("prediction", data, { nonce, now: Date.now() - 400_000 }),
    scene.sign("prediction", data, { nonce, key: testKey(8) }),
    scene.sign("prediction", { prediction_id: "p" }, { nonce }),
    scene.sign("unheard-of", {}, { nonce }),
  ];
  for (const text of refused) assertEquals((await answer(peer, text)).type, "error");
  const confirmation = await answer(peer, scene.sign("prediction", data, { nonce }));
  assertEquals(dataOf(confirmation)["status"], "success");
  assertEquals((await answer(peer, scene.sign("heartbeat", {}, { nonce })))["code"], "replayed");
  await peer.close();
});

Deno.test("messages are answered in the order in which they came", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  const names = Array.from({ length: 40 }, (_, index) => `p${index}`);
  for (const name of names) peer.send(scene.sign("prediction", samplePrediction(name)));
  const confirmed: unknown[] = [];
  for (const _ of names) confirmed.push(dataOf(await peer.next())["prediction_id"]);
  assertEquals(confirmed, names);
  await peer.close();
});

Deno.test("a heartbeat is acknowledged with the server's time and the client's own", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  const ack = await answer(peer, scene.sign("heartbeat", { timestamp: "2026-01-01T00:00:00Z" }));
  assertEquals(ack.type, "heartbeat_ack");
  assertEquals(dataOf(ack)["echo"], "2026-01-01T00:00:00Z");
  assertEquals(typeof dataOf(ack)["timestamp"], "string");
  await peer.close();
});

Deno.test("a heartbeat_response is taken without an answer", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  peer.send(scene.sign("heartbeat_response", {}));
  assertEquals((await answer(peer, scene.sign("heartbeat", {}))).type, "heartbeat_ack");
  assertEquals(peer.frames.length, 2);
  await peer.close();
});

Deno.test("a malformed prediction is answered with the field, what was expected and what came", async (test) => {
  await using scene = await Scene.start();
  const cases: readonly (readonly [Record<string, ExactJson | undefined>, string])[] = [
    [{ wager: "ten" }, 'wager: expected a number over 0, got "ten"'],
    [{ wager: undefined }, "wager: expected a number over 0, got nothing"],
    [
      { prediction_date: "yesterday" },
      'prediction_date: expected a date and time of ISO 8601, got "yesterday"',
    ],
    [{ outcome: "foo" }, 'outcome: expected "Unfinished", 0, 1, 2 or 3, got "foo"'],
    [{ outcome: 1.5 }, 'outcome: expected "Unfinished", 0, 1, 2 or 3, got 1.5'],
    [{ team_a: ["x"] }, "team_a: expected a text of 0 to 256 characters, got a list"],
    [{ predicted_outcome: {} }, "predicted_outcome: expected a text or a number, got an object"],
    [
      { prediction_id: "x".repeat(200) },
      `prediction_id: expected a text of 1 to 128 characters, got "${
        "x".repeat(64)
      }" and 136 characters more`,
    ],
    [{ confidence_score: true }, "confidence_score: expected a number from 0 to 1, got true"],
  ];
  for (const [fields, detail] of cases) {
    await test.step(detail, async () => {
      const { status, body } = await scene.submit({ ...samplePrediction("p1"), ...fields });
      assertEquals([status, body["message"]], [400, `Invalid message format: data.${detail}`]);
    });
  }
});

Deno.test("the log tells a refused prediction from a confirmed one, and of malformed ones", async () => {
  using log = new LogLines();
  await using scene = await Scene.start();
  const peer = await scene.connect();
  await answer(peer, scene.sign("prediction", samplePrediction("good")));
  await answer(peer, scene.sign("prediction", samplePrediction("bad", { wager: 0 })));
  await answer(peer, scene.sign("prediction", samplePrediction("worse", { outcome: "foo" })));
  await peer.close();
  const told = (words: string) => log.text.split("\n").filter((line) => line.includes(words)).length;
  assertEquals(told("Sent confirmation for prediction good via WebSocket"), 1);
  assertEquals(told("Sent confirmation for prediction bad"), 0);
  assertEquals(told("Prediction bad refused via WebSocket: Invalid wager: got 0"), 1);
  assertEquals(told("refused: Invalid message format: data.outcome: expected"), 1);
});
