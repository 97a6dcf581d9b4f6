import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { verifySignature } from "../../../lib/crypto/mod.ts";
import { attachSignature, parseMessage, readEnvelope, renderSigned } from "../../../lib/protocol/mod.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { freshNonce, testKey } from "../../helpers/peer.ts";
import { sampleGame, samplePrediction } from "../../helpers/samples.ts";
import { type Answer, dataOf, Scene } from "../../helpers/scene.ts";
import { until } from "../../helpers/until.ts";

const path = "/api/v1/predictions";

function errorOf({ body }: Answer): Record<string, unknown> {
  return (body["error"] ?? {}) as Record<string, unknown>;
}

/** A good message with its text changed after it was signed, or not signed at all. */
function spoil(scene: Scene, change: (text: string) => string): string {
  return change(scene.sign("prediction", samplePrediction(freshNonce())));
}

type Case = readonly [
  what: string,
  body: (scene: Scene) => string,
  status: number,
  code: string,
  message: string,
];

const deep = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

const refused: readonly Case[] = [
  ["empty body", () => "", 400, "invalid_message", "Not JSON"],
  ["not JSON", () => "{", 400, "invalid_message", "Invalid message format: Not JSON"],
  ["an array", () => "[]", 400, "invalid_message", "expected a JSON object"],
  ["NaN", () => '{"type": NaN}', 400, "invalid_message", "Not JSON"],
  ["a number beyond a double", () => '{"data": {"wager": 1e999}}', 400, "invalid_message", "beyond a double"],
  ["too deep", () => `{"data": ${deep(32)}}`, 400, "invalid_message", "nested too deeply"],
  ["no fields", () => "{}", 400, "invalid_message", "type"],
  [
    "no signature",
    (s) => spoil(s, (t) => t.replace(/, "signature": "\w+"/, "")),
    400,
    "invalid_message",
    "signature",
  ],
  [
    "short signature",
    (s) => spoil(s, (t) => t.replace(/\w"}$/, '"}')),
    400,
    "invalid_message",
    "128 hex digits",
  ],
  [
    "nonce as number",
    (s) => spoil(s, (t) => t.replace(/"nonce": "[^"]+"/, '"nonce": 1')),
    400,
    "invalid_message",
    "nonce",
  ],
  [
    "long nonce",
    (s) => s.sign("prediction", samplePrediction("p"), { nonce: "n".repeat(129) }),
    400,
    "invalid_message",
    "nonce",
  ],
  ["data as text", (s) => s.sign("prediction", "p"), 400, "invalid_message", "data"],
  ["another type", (s) => s.sign("heartbeat", {}), 400, "invalid_message", "expected prediction"],
  [
    "a missing field",
    (s) => s.sign("prediction", { prediction_id: "p" }),
    400,
    "invalid_message",
    "data.game_id",
  ],
  [
    "wager as text",
    (s) => s.sign("prediction", samplePrediction("p", { wager: "1" })),
    400,
    "invalid_message",
    "data.wager",
  ],
  ["an empty batch", (s) => s.sign("prediction", { predictions: [] }), 400, "invalid_message", "1 to 100"],
  [
    "a batch of 101",
    (s) =>
      s.sign("prediction", { predictions: Array.from({ length: 101 }, (_, i) => samplePrediction(`p${i}`)) }),
    400,
    "invalid_message",
    "1 to 100",
  ],
  [
    "a batch with one malformed prediction",
    (s) => s.sign("prediction", { predictions: [samplePrediction("p"), { x: 1 }] }),
    400,
    "invalid_message",
    "data.predictions.1",
  ],
  [
    "timestamp without an offset",
    (s) => spoil(s, (t) => t.replace('+00:00", "type', '", "type')),
    400,
    "invalid_message",
    "timestamp",
  ],
  [
    "changed content",
    (s) => spoil(s, (t) => t.replace('"wager": 1.5', '"wager": 1.6')),
    401,
    "not_authorized",
    "Not authorized: bad signature",
  ],
  [
    "1.0 for 1",
    (s) => spoil(s, (t) => t.replace('"miner_uid": 7', '"miner_uid": 7.0')),
    401,
    "not_authorized",
    "bad signature",
  ],
  [
    "stale",
    (s) => s.sign("prediction", samplePrediction("p"), { now: Date.now() - 301_000 }),
    401,
    "not_authorized",
    "off the server's clock",
  ],
  [
    "of the future",
    (s) => s.sign("prediction", samplePrediction("p"), { now: Date.now() + 302_000 }),
    401,
    "not_authorized",
    "allowed 300 s",
  ],
  [
    "unregistered",
    (s) => s.sign("prediction", samplePrediction("p"), { key: testKey(99) }),
    403,
    "not_authorized",
    "Not authorized: hotkey is not registered",
  ],
  [
    "blacklisted",
    (s) => s.sign("prediction", samplePrediction("p"), { key: testKey(13) }),
    403,
    "not_authorized",
    "Not authorized: hotkey is blacklisted",
  ],
  [
    "another's sender",
    (s) => spoil(s, (t) => t.replace(s.key.address, testKey(8).address)),
    401,
    "not_authorized",
    "bad signature",
  ],
  [
    "too large",
    (s) => s.sign("prediction", samplePrediction("p", { blob: "x".repeat(1024 * 1024) })),
    413,
    "invalid_message",
    "larger than 1048576 bytes",
  ],
];

Deno.test("a request that cannot be confirmed is answered with a status and an error body", async (test) => {
  await using scene = await Scene.start();
  await scene.register(testKey(13), 13, true);
  await scene.register(testKey(8), 8);
  for (const [what, body, status, code, message] of refused) {
    await test.step(what, async () => {
      const answer = await scene.post(path, body(scene));
      assertEquals([answer.status, errorOf(answer)["code"]], [status, code], JSON.stringify(answer.body));
      assertStringIncludes(String(errorOf(answer)["message"]), message);
    });
  }
  assertEquals((await scene.server.admin("GET", "/admin/predictions"))["predictions"], []);
});

Deno.test("a body that is not UTF-8 is refused", async () => {
  await using scene = await Scene.start();
  const answer = await scene.call("POST", path, { body: new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]) });
  assertEquals(answer.status, 400);
  assertStringIncludes(String(errorOf(answer)["message"]), "UTF-8");
});

Deno.test("a replayed request is refused with 409, and a refused one does not use up its nonce", async () => {
  await using scene = await Scene.start();
  const nonce = freshNonce();
  const wrong = scene.sign("prediction", samplePrediction("p"), { nonce }).replace(
    '"wager": 1.5',
    '"wager": 9',
  );
  assertEquals((await scene.post(path, wrong)).status, 401);
  const malformed = scene.sign("prediction", { prediction_id: "p" }, { nonce });
  assertEquals((await scene.post(path, malformed)).status, 400);
  const good = scene.sign("prediction", samplePrediction("p"), { nonce });
  assertEquals((await scene.post(path, good)).status, 200);
  const replay = await scene.post(path, good);
  assertEquals([replay.status, errorOf(replay)["code"]], [409, "replayed"]);
});

Deno.test("the same message sent twice at once is served once", async () => {
  await using scene = await Scene.start();
  const message = scene.sign("prediction", samplePrediction("p"));
  const answers = await Promise.all([scene.post(path, message), scene.post(path, message)]);
  assertEquals(answers.map(({ status }) => status).sort(), [200, 409]);
});

Deno.test("confirmations over HTTP are signed by the validator, in a batch each by itself", async () => {
  await using scene = await Scene.start();
  const one = await fetch(`${scene.server.url}${path}`, {
    method: "POST",
    body: scene.sign("prediction", samplePrediction("p")),
  });
  const frames = [await one.text()];
  const { body } = await scene.submit({
    predictions: [samplePrediction("q"), samplePrediction("r", { wager: 0 })],
  });
  frames.push(...(body["confirmations"] as unknown[]).map((frame) => JSON.stringify(frame)));
  assertEquals(frames.length, 3);
  for (const frame of frames) {
    const { signer, signature, signedText, type } = readEnvelope(parseMessage(frame));
    assertEquals([type, signer], ["confirmation", scene.server.gateway.validator.address]);
    assert(verifySignature(signedText, signature, signer));
  }
});

Deno.test("a miner that sends more than its rate is told when to come back, and its nonce stays good", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({ "websocket.rate_limit": 1 }, clock);
  for (let index = 0; index < 4; index += 1) {
    assertEquals((await scene.submit(samplePrediction(`p${index}`))).status, 200);
  }
  const message = scene.sign("prediction", samplePrediction("p4"));
  const answer = await scene.post(path, message);
  assertEquals([answer.status, errorOf(answer)["code"]], [429, "rate_limited"]);
  assertEquals(errorOf(answer)["retry_after_ms"], 1000);
  assertEquals(answer.headers.get("retry-after"), "1");
  await clock.advance(1000);
  assertEquals((await scene.post(path, message)).status, 200);
});

Deno.test("an address that sends more than its rate gets 429, except for health checks and the operator", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({ "http.rate_limit": 1 }, clock);
  for (let index = 0; index < 4; index += 1) {
    assertEquals((await scene.call("GET", "/api/v1/games")).status, 200);
  }
  const answer = await scene.call("GET", "/api/v1/games");
  assertEquals([answer.status, errorOf(answer)["code"]], [429, "rate_limited"]);
  assertEquals((await scene.call("GET", "/healthz")).status, 200);
  await scene.server.admin("GET", "/admin/miners");
  await clock.advance(1000);
  assertEquals((await scene.call("GET", "/api/v1/games")).status, 200);
});

Deno.test("a confirmation got over HTTP reaches the miner's WebSocket too", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  const { body } = await scene.submit(samplePrediction("p"));
  assertEquals(await peer.next(({ type }) => type === "confirmation"), body as unknown);
  await peer.close();
});

Deno.test("/games gives the current games, then what changed after an offset", async () => {
  await using scene = await Scene.start();
  const first = await scene.call("GET", "/api/v1/games");
  const { epoch, offset } = first.body;
  assertEquals([first.status, offset], [200, 1]);
  assertEquals(first.body["games"], [JSON.parse(renderSigned(sampleGame()))]);
  const none = await scene.call("GET", `/api/v1/games?since=1&epoch=${epoch}`);
  assertEquals([none.body["recovered"], none.body["games"]], [true, []]);
  await scene.addGames([sampleGame("g2")]);
  const changed = await scene.call("GET", `/api/v1/games?since=1&epoch=${epoch}`);
  assertEquals(changed.body["offset"], 2);
  assertEquals((changed.body["games"] as { game_id: string }[]).map(({ game_id }) => game_id), ["g2"]);
  for (const lost of [`since=1&epoch=other`, `since=99&epoch=${epoch}`]) {
    const answer = await scene.call("GET", `/api/v1/games?${lost}&wait=60`);
    assertEquals([answer.body["recovered"], (answer.body["games"] as unknown[]).length], [false, 2]);
  }
});

Deno.test("/games with wait answers when there is news", async () => {
  await using scene = await Scene.start();
  const waiting = scene.call("GET", "/api/v1/games?since=1&wait=60");
  await scene.addGames([sampleGame("g2")]);
  assertEquals((await waiting).body["offset"], 2);
});

Deno.test("/games with wait answers when the time is over, after at most 60 seconds", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({}, clock);
  let answered = false;
  const waiting = scene.call("GET", "/api/v1/games?since=1&wait=99999").finally(() => answered = true);
  const start = clock.now();
  await until(() => answered, "the answer", () => clock.advance(1000));
  assertEquals((await waiting).body["games"], []);
  assert(clock.now() - start >= 60_000);
});

Deno.test("a query that makes no sense is answered with 400", async () => {
  await using scene = await Scene.start();
  for (const query of ["since=-1", "since=x", "since=1e3", "wait=-1", "since=", `epoch=${"e".repeat(65)}`]) {
    const answer = await scene.call("GET", `/api/v1/games?${query}`);
    assertEquals([answer.status, errorOf(answer)["code"]], [400, "invalid_request"], query);
  }
});

function claim(scene: Scene, { key = scene.key, nonce = freshNonce(), now = Date.now() } = {}) {
  const timestamp = new Date(now).toISOString();
  const signature = key.sign(renderSigned({ hotkey: key.address, nonce, timestamp }));
  return { "x-hotkey": key.address, "x-timestamp": timestamp, "x-nonce": nonce, "x-signature": signature };
}

Deno.test("/confirmations gives a miner what it missed, and nobody else", async () => {
  await using scene = await Scene.start();
  for (const name of ["p1", "p2", "p3"]) await scene.submit(samplePrediction(name));
  const other = testKey(8);
  await scene.register(other, 8);
  const query = `/api/v1/confirmations?hotkey=${scene.key.address}&since=1`;
  const headers = claim(scene);
  const { status, body } = await scene.call("GET", query, { headers });
  assertEquals([status, body["recovered"], body["offset"]], [200, true, 3]);
  const missed = (body["confirmations"] as { type: string }[]).map(dataOf);
  assertEquals(missed.map(({ prediction_id, offset }) => [prediction_id, offset]), [["p2", 2], ["p3", 3]]);
  assertEquals((await scene.call("GET", query, { headers })).status, 409);
  assertEquals((await scene.call("GET", query)).status, 400);
  assertEquals((await scene.call("GET", query, { headers: claim(scene, { key: other }) })).status, 400);
  const forged = { ...claim(scene), "x-nonce": freshNonce() };
  assertEquals((await scene.call("GET", query, { headers: forged })).status, 401);
  const stranger = testKey(99);
  const answer = await scene.call("GET", `/api/v1/confirmations?hotkey=${stranger.address}`, {
    headers: claim(scene, { key: stranger }),
  });
  assertEquals(answer.status, 403);
});

Deno.test("/confirmations of an epoch that is over come from the store, signed again", async () => {
  await using scene = await Scene.start();
  for (const name of ["p1", "p2"]) await scene.submit(samplePrediction(name));
  const query = `/api/v1/confirmations?hotkey=${scene.key.address}&since=7&epoch=before`;
  const { body } = await scene.call("GET", query, { headers: claim(scene) });
  const renewed = body["confirmations"] as { type: string }[];
  assertEquals(body["recovered"], false);
  assertEquals(renewed.map(dataOf).map(({ prediction_id, status }) => [prediction_id, status]), [
    ["p1", "success"],
    ["p2", "success"],
  ]);
  for (const frame of renewed) {
    const { signer, signature, signedText } = readEnvelope(parseMessage(JSON.stringify(frame)));
    assert(verifySignature(signedText, signature, signer));
  }
});

Deno.test("a heartbeat over HTTP is acknowledged, signed when it was signed", async () => {
  await using scene = await Scene.start();
  const plain = await scene.post("/api/v1/heartbeat", "");
  assertEquals([plain.status, plain.body["type"], "signature" in plain.body], [200, "heartbeat_ack", false]);
  const echoed = await scene.post("/api/v1/heartbeat", '{"type": "heartbeat", "data": {"timestamp": "t"}}');
  assertEquals((echoed.body["data"] as Record<string, unknown>)["echo"], "t");
  const signed = await scene.post("/api/v1/heartbeat", scene.sign("heartbeat", { timestamp: "mine" }));
  const { signer, signature, signedText } = readEnvelope(parseMessage(JSON.stringify(signed.body)));
  assert(verifySignature(signedText, signature, signer));
  assertEquals(dataOf(signed.body as { type: string })["echo"], "mine");
  assertEquals((await scene.post("/api/v1/heartbeat", "{")).status, 400);
});

Deno.test("a signature over <Bytes> and one with 0x are accepted", async () => {
  await using scene = await Scene.start();
  const message = scene.sign("prediction", samplePrediction("wrapped"));
  const { signedText } = readEnvelope(parseMessage(message));
  const wrapped = attachSignature(signedText, `0x${scene.key.sign(`<Bytes>${signedText}</Bytes>`)}`);
  assertEquals((await scene.post(path, wrapped)).status, 200);
  const half = scene.sign("prediction", samplePrediction("half"));
  const text = readEnvelope(parseMessage(half)).signedText;
  const spoilt = attachSignature(text, scene.key.sign(`<Bytes>${text}`));
  assertEquals((await scene.post(path, spoilt)).status, 401);
});
