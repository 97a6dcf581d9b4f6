import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { verifySignature } from "../../lib/crypto/mod.ts";
import { attachSignature, parseMessage, readEnvelope, renderSigned } from "../../lib/protocol/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { freshNonce, Peer, signAuthentication, testKey } from "../helpers/peer.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";

/** The error frame that a first frame is refused with, and how the connection then ends. */
async function refusal(scene: Scene, firstFrame: string) {
  const peer = await Peer.open(scene.server.ws);
  peer.send(firstFrame);
  const error = await peer.next();
  const { code, reason } = await peer.ended;
  assertEquals([error.type, error["status"]], ["error", "error"]);
  return { error: error["code"], message: String(error["message"]), code, reason };
}

Deno.test("the server is silent until the first frame, and welcomes a miner with a signed message", async () => {
  await using scene = await Scene.start();
  const peer = await Peer.open(scene.server.ws);
  assertEquals(peer.frames, []);
  peer.send(signAuthentication(scene.key));
  const welcome = await peer.next();
  const { signer, signature, signedText } = readEnvelope(parseMessage(JSON.stringify(welcome)));
  assertEquals(signer, scene.server.gateway.validator.address);
  assert(verifySignature(signedText, signature, signer));
  const { epoch, ...data } = dataOf(welcome);
  assertEquals(typeof epoch, "string");
  assertEquals(data, {
    message: "Connection established",
    status: "success",
    uid: 7,
    channels: { games: 1, confirmations: 0 },
    recovered: {},
  });
  await peer.close();
});

Deno.test("an authentication that proves nothing is refused with its reason, and the connection closed", async (test) => {
  const clock = new FakeClock();
  await using scene = await Scene.start({}, clock);
  await scene.register(testKey(13), 13, true);
  const good = (options = {}) => signAuthentication(scene.key, { now: clock.now(), ...options });
  const replayed = good();
  await (async () => {
    const peer = await Peer.open(scene.server.ws);
    peer.send(replayed);
    await peer.next();
    await peer.close();
  })();
  const cases: readonly (readonly [string, string, string, string])[] = [
    ["bad signature", good().replace(/.{4}"}$/, '0000"}'), "not_authorized", "Not authorized: bad signature"],
    [
      "another's hotkey",
      good().replace(scene.key.address, testKey(8).address),
      "not_authorized",
      "Not authorized: hotkey is not registered",
    ],
    [
      "unregistered",
      signAuthentication(testKey(99), { now: clock.now() }),
      "not_authorized",
      "Not authorized: hotkey is not registered",
    ],
    [
      "blacklisted",
      signAuthentication(testKey(13), { now: clock.now() }),
      "not_authorized",
      "Not authorized: hotkey is blacklisted",
    ],
    ["stale", good({ now: clock.now() - 300_001 }), "not_authorized", "Not authorized: timestamp"],
    ["of the future", good({ now: clock.now() + 300_001 }), "not_authorized", "Not authorized: timestamp"],
    ["replayed", replayed, "replayed", "Not authorized: nonce was used before"],
    [
      "recover changed after signing",
      good({ recover: { games: { epoch: "e", offset: 1 } } }).replace('"offset": 1', '"offset": 0'),
      "not_authorized",
      "Not authorized: bad signature",
    ],
  ];
  for (const [what, frame, code, message] of cases) {
    await test.step(what, async () => {
      const refused = await refusal(scene, frame);
      assertEquals([refused.error, refused.code, refused.reason], [code, 1008, "Not authorized"]);
      assertStringIncludes(refused.message, message);
    });
  }
});

Deno.test("a timestamp is accepted up to exactly 300 s from the server's clock", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({}, clock);
  for (const skew of [-300_000, 300_000]) {
    const peer = await Peer.open(scene.server.ws);
    peer.send(signAuthentication(scene.key, { now: clock.now() + skew }));
    assertEquals((await peer.next()).type, "welcome");
    for (
      const [off, type] of [[-300_000, "heartbeat_ack"], [300_000, "heartbeat_ack"], [
        -300_001,
        "error",
      ]] as const
    ) {
      peer.send(scene.sign("heartbeat", {}, { now: clock.now() + off }));
      assertEquals((await peer.next()).type, type);
    }
    await peer.close();
  }
});

Deno.test("a nonce stays used for as long as its message's timestamp is accepted", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({ "websocket.connection_timeout": 100_000 }, clock);
  const peer = await scene.connect();
  const message = scene.sign("heartbeat", {}, { now: clock.now() + 300_000 });
  peer.send(message);
  assertEquals((await peer.next()).type, "heartbeat_ack");
  for (
    const [later, code] of [[299_000, "replayed"], [300_000, "replayed"], [1_001, "not_authorized"]] as const
  ) {
    await clock.advance(later);
    peer.send(message);
    assertEquals((await peer.next(({ type }) => type === "error"))["code"], code);
  }
  await peer.close();
});

Deno.test("an authentication over <Bytes>, or whose signature has 0x, is accepted", async () => {
  await using scene = await Scene.start();
  for (
    const [open, close, prefix] of [["<Bytes>", "</Bytes>", ""], ["", "", "0x"], [
      "<Bytes>",
      "</Bytes>",
      "0x",
    ]]
  ) {
    const text = renderSigned({
      hotkey: scene.key.address,
      nonce: freshNonce(),
      timestamp: new Date().toISOString(),
    });
    const peer = await Peer.open(scene.server.ws);
    peer.send(attachSignature(text, `${prefix}${scene.key.sign(`${open}${text}${close}`)}`));
    assertEquals((await peer.next()).type, "welcome");
    await peer.close();
  }
});

Deno.test("a miner that does not authenticate in time is turned away", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({ "websocket.auth_timeout": 10 }, clock);
  const peer = await Peer.open(scene.server.ws);
  const talking = await Peer.open(scene.server.ws);
  talking.send("{}");
  await talking.next();
  await clock.advance(9_000);
  assertEquals(peer.frames, []);
  await clock.advance(2_000);
  for (const silent of [peer, talking]) {
    const error = await silent.next();
    assertEquals(error["code"], "not_authorized");
    assertStringIncludes(String(error["message"]), "Not authorized: no authentication within 10 s");
    assertEquals((await silent.ended).code, 1008);
  }
});

Deno.test("a frame that is no authentication is answered, and the miner may still authenticate", async () => {
  await using scene = await Scene.start();
  const peer = await Peer.open(scene.server.ws);
  peer.send("hello");
  assertStringIncludes(String((await peer.next())["message"]), "Invalid message format: Not JSON");
  peer.send("{}");
  assertStringIncludes(String((await peer.next())["message"]), "Invalid message format: ");
  peer.send('{"hotkey": 1}');
  assertStringIncludes(String((await peer.next())["message"]), "Invalid message format: hotkey");
  peer.send(signAuthentication(scene.key));
  assertEquals((await peer.next()).type, "welcome");
  await peer.close();
});

Deno.test("messages sent before the welcome are served after it, in order", async () => {
  await using scene = await Scene.start();
  const peer = await Peer.open(scene.server.ws);
  peer.send(signAuthentication(scene.key));
  peer.send(scene.sign("heartbeat", { timestamp: "first" }));
  for (const name of ["p1", "p2", "p3"]) peer.send(scene.sign("prediction", samplePrediction(name)));
  peer.send(scene.sign("prediction", samplePrediction("p4"), { key: testKey(8) }));
  assertEquals((await peer.next()).type, "welcome");
  const seen: unknown[] = [];
  while (seen.length < 5) {
    const frame = await peer.next();
    seen.push(frame["code"] ?? dataOf(frame)["prediction_id"] ?? frame.type);
  }
  assertEquals(seen.filter((what) => /^p/.test(String(what))), ["p1", "p2", "p3"]);
  assertEquals(seen.toSorted(), ["heartbeat_ack", "not_authorized", "p1", "p2", "p3"]);
  await peer.close();
});

Deno.test("messages sent behind an authentication that is refused are not served", async () => {
  await using scene = await Scene.start();
  const peer = await Peer.open(scene.server.ws);
  peer.send(signAuthentication(scene.key).replace(/.{4}"}$/, '0000"}'));
  peer.send(scene.sign("prediction", samplePrediction("p1")));
  assertEquals((await peer.ended).code, 1008);
  assertEquals(peer.frames.map((frame) => frame["code"]), ["not_authorized"]);
  assertEquals((await scene.server.admin("GET", "/admin/predictions"))["predictions"], []);
});

Deno.test("when a miner connects again the older connection is closed, and the newer works", async () => {
  await using scene = await Scene.start();
  const older = await scene.connect();
  const newer = await scene.connect();
  const error = await older.next();
  assertEquals(error["code"], "already_connected");
  assertStringIncludes(String(error["message"]), "Client already connected");
  assertEquals(await older.ended, { code: 1008, reason: "Client already connected" });
  newer.send(scene.sign("prediction", samplePrediction("p")));
  assertEquals((await newer.next()).type, "confirmation");
  const { connections } = await scene.server.admin("GET", "/admin/connections");
  assertEquals((connections as unknown[]).length, 1);
  await newer.close();
});

Deno.test("with the policy reject the newer connection is closed, and the older works", async () => {
  await using scene = await Scene.start({ "websocket.duplicate_policy": "reject" });
  const older = await scene.connect();
  const refused = await refusal(scene, signAuthentication(scene.key));
  assertEquals([refused.error, refused.code], ["already_connected", 1008]);
  assertStringIncludes(refused.message, "Client already connected");
  older.send(scene.sign("prediction", samplePrediction("p")));
  assertEquals((await older.next()).type, "confirmation");
  await older.close();
  const next = await scene.connect();
  await next.close();
});

Deno.test("a miner that is blacklisted or removed is disconnected at once, others are not", async () => {
  await using scene = await Scene.start();
  const [second, third] = [testKey(8), testKey(9)];
  await scene.register(second, 8);
  await scene.register(third, 9);
  const peers = [await scene.connect(), await scene.connect(second), await scene.connect(third)] as const;
  await scene.register(scene.key, 7, true);
  await scene.server.admin("DELETE", `/admin/miners/${second.address}`);
  for (const [peer, reason] of [[peers[0], "blacklisted"], [peers[1], "not registered"]] as const) {
    assertEquals(await peer.ended, { code: 1008, reason: "Not authorized" });
    assertEquals(peer.frames.at(-1)?.["message"], `Not authorized: hotkey is ${reason}`);
  }
  peers[2].send(scene.sign("heartbeat", {}, { key: third }));
  assertEquals((await peers[2].next()).type, "heartbeat_ack");
  await peers[2].close();
});

Deno.test("a miner that names no position gets all current games after the welcome", async () => {
  await using scene = await Scene.start();
  const peer = await Peer.open(scene.server.ws);
  peer.send(signAuthentication(scene.key, { recover: {} }));
  const [welcome, games] = [await peer.next(), await peer.next()];
  assertEquals([welcome.type, games.type], ["welcome", "game_update"]);
  const data = games["data"] as { snapshot: boolean; games: { game_id: string }[] };
  assertEquals([data.snapshot, data.games.map(({ game_id }) => game_id)], [true, ["g1"]]);
  await peer.close();
});
