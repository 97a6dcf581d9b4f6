import { assertEquals, assertStringIncludes } from "@std/assert";
import { freshNonce, type Peer, testKey } from "../helpers/peer.ts";
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
