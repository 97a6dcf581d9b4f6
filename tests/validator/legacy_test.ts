import { assert, assertEquals } from "@std/assert";
import type { Keypair } from "../../lib/crypto/mod.ts";
import type { Config } from "../../lib/gateway/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { type Frame, Peer, testKey } from "../helpers/peer.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";

const both: Partial<Config> = { "websocket.legacy_auth": "handshake,authentication" };
let messages = 0;

/** A message as the miners with a `message_type` send it. */
function typed(scene: Scene, message_type: string, more: object = {}, key: Keypair = scene.key): string {
  const timestamp = new Date(scene.clock.now()).toISOString().replace("Z", "+00:00");
  return JSON.stringify({
    message_id: `id-${messages += 1}`,
    sender_hotkey: key.address,
    timestamp,
    message_type,
    ...more,
  });
}

/** What the other miners begin with: their hotkey, signed, and a time in seconds. */
function authentication(scene: Scene, more: object = {}, key: Keypair = scene.key): string {
  const { address: hotkey } = key;
  const timestamp = scene.clock.now() / 1000;
  return JSON.stringify({ type: "authentication", hotkey, signature: key.sign(hotkey), timestamp, ...more });
}

function start(clock?: FakeClock, more: Partial<Config> = {}): Promise<Scene> {
  return Scene.start({ ...both, ...more }, clock);
}

async function begin(scene: Scene, frame: string, headers?: Record<string, string>): Promise<Peer> {
  const peer = await Peer.open(scene.server.ws, headers === undefined ? [] : { headers });
  peer.send(frame);
  return peer;
}

const kindOf = (frame: Frame) => frame["message_type"] ?? frame.type;

Deno.test("a miner of the handshake is told of the games, submits, and is answered in its own words", async () => {
  await using scene = await start();
  const peer = await begin(scene, typed(scene, "handshake"));
  const welcome = await peer.next();
  assertEquals([kindOf(welcome), welcome["success"]], ["handshake_response", true]);
  assertEquals(welcome["sender_hotkey"], scene.server.gateway.validator.address);
  const games = await peer.next();
  assertEquals([kindOf(games), Object.keys(games["updated_games"] as object)], ["game_update", ["g1"]]);
  for (const [id, wager, success] of [["p1", 1.5, true], ["p2", 1e6, false]] as const) {
    peer.send(typed(scene, "prediction", { prediction: samplePrediction(id, { wager }) }));
    const confirmation = await peer.next();
    assertEquals(
      [kindOf(confirmation), confirmation["prediction_id"], confirmation["success"]],
      ["confirmation", id, success],
    );
    for (const field of ["message_id", "sender_hotkey", "timestamp", "message"]) {
      assertEquals(typeof confirmation[field], "string", field);
    }
  }
  peer.send(typed(scene, "heartbeat"));
  assertEquals(kindOf(await peer.next()), "heartbeat");
  await scene.addGames([sampleGame("g2")]);
  assertEquals(Object.keys((await peer.next())["updated_games"] as object), ["g2"]);
  await peer.close();
});

Deno.test("a miner that signs its hotkey is told of each game, submits, and is answered in its own words", async () => {
  await using scene = await start();
  await scene.addGames([sampleGame("g2")]);
  const peer = await begin(scene, authentication(scene));
  const games = [await peer.next(), await peer.next()];
  assertEquals(games.map(({ type }) => type), ["game_update", "game_update"]);
  const ids = games.map(({ game_data }) =>
    (game_data as { game_data: { game_id: string } }).game_data.game_id
  );
  assertEquals(ids.sort(), ["g1", "g2"]);
  const { address: hotkey } = scene.key;
  peer.send(
    JSON.stringify({
      type: "prediction",
      prediction: samplePrediction("p1"),
      timestamp: scene.clock.now() / 1000,
      hotkey,
    }),
  );
  const { type, prediction_id, success, receipt } = await peer.next();
  assertEquals([type, prediction_id, success], ["prediction_confirmation", "p1", true]);
  assert(receipt !== undefined);
  peer.send(JSON.stringify({ type: "heartbeat", timestamp: 1.5, hotkey }));
  assertEquals((await peer.next()).type, "heartbeat");
  await peer.close();
});

Deno.test("a miner that takes ten silent seconds for the end hears something every five", async () => {
  const clock = new FakeClock();
  await using scene = await start(clock);
  const peer = await begin(scene, authentication(scene));
  await peer.next();
  for (let beats = 0; beats < 3; beats++) {
    await clock.advance(5000);
    const { type, timestamp } = await peer.next();
    assertEquals([type, timestamp], ["heartbeat", clock.now() / 1000]);
  }
  await peer.close();
});

Deno.test("where they are off, both are told what they sent, what is expected and where that is written", async () => {
  await using scene = await Scene.start();
  const sent = [
    [typed(scene, "handshake"), '"message_type": "handshake"', "which proves nothing"],
    [authentication(scene), '"type": "authentication"', "can send again"],
  ] as const;
  for (const [frame, ...texts] of sent) {
    const peer = await begin(scene, frame);
    const error = await peer.next(({ type }) => type === "error");
    assertEquals(error["code"], "not_authorized");
    const expected = ['"hotkey", "timestamp", "nonce", "signature"', "docs/bittensor.md", "off here"];
    for (const text of [...texts, ...expected]) assert(String(error["message"]).includes(text), text);
    assertEquals(dataOf(error)["message"], error["message"]);
    assertEquals((await peer.ended).code, 1008);
  }
  const peer = await begin(scene, typed(scene, "handshake"));
  const { success, message } = await peer.next();
  assertEquals([success, typeof message], [false, "string"]);
  await peer.ended;
});

Deno.test("one of the two can be taken alone", async () => {
  await using scene = await Scene.start({ "websocket.legacy_auth": "authentication" });
  const peer = await begin(scene, authentication(scene));
  assertEquals((await peer.next()).type, "game_update");
  await peer.close();
  const refused = await begin(scene, typed(scene, "handshake"));
  assertEquals((await refused.next())["success"], false);
  await refused.ended;
});

Deno.test("they are taken from this machine and over TLS, and not for somebody behind a proxy without it", async () => {
  await using scene = await start(undefined, { "http.trusted_proxies": ["loopback"] });
  for (
    const [headers, isTaken] of [
      [{ "x-forwarded-for": "203.0.113.9" }, false],
      [{ "x-forwarded-for": "127.0.0.1" }, false],
      [{ "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "http" }, false],
      [{ "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https" }, true],
    ] as const
  ) {
    const peer = await begin(scene, typed(scene, "handshake"), headers);
    const { success, message } = await peer.next();
    assertEquals(success, isTaken);
    if (!isTaken) assert(String(message).includes("over TLS or from this machine"), String(message));
    await peer.close();
  }
});

Deno.test("whoever is not registered, not in time, or not who signed is refused", async () => {
  await using scene = await start();
  const stranger = testKey(99);
  const old = scene.clock.now() - 400_000;
  for (
    const [frame, text] of [
      [typed(scene, "handshake", {}, stranger), "not registered"],
      [typed(scene, "handshake", { timestamp: new Date(old).toISOString() }), "off the server's clock"],
      [typed(scene, "handshake", { timestamp: 7 }), "timestamp"],
      [typed(scene, "handshake", { sender_hotkey: null }), "sender_hotkey"],
      [authentication(scene, {}, stranger), "not registered"],
      [authentication(scene, { timestamp: old / 1000 }), "off the server's clock"],
      [authentication(scene, { timestamp: "now" }), "timestamp"],
      [authentication(scene, { signature: stranger.sign(scene.key.address) }), "bad signature"],
      [authentication(scene, { signature: "00" }), "signature"],
    ] as const
  ) {
    const peer = await begin(scene, frame);
    const error = await peer.next(({ type }) => type === "error");
    assert(String(error["message"]).includes(text), `${error["message"]} for ${frame}`);
    await peer.close();
  }
});

Deno.test("the same frame begins once", async () => {
  await using scene = await start();
  for (const frame of [typed(scene, "handshake"), authentication(scene)]) {
    const first = await begin(scene, frame);
    await first.next(({ type, message_type }) => (message_type ?? type) === "game_update");
    const second = await begin(scene, frame);
    assertEquals((await second.next(({ type }) => type === "error"))["code"], "replayed");
    await Promise.all([first.close(), second.ended]);
  }
});

Deno.test("whoever only says who it is sends nobody away that has proved it, and goes itself when one does", async () => {
  for (const policy of ["replace", "reject"] as const) {
    await using scene = await start(undefined, { "websocket.duplicate_policy": policy });
    const proven = await scene.connect();
    const claimed = await begin(scene, typed(scene, "handshake"));
    assertEquals((await claimed.next(({ type }) => type === "error"))["code"], "already_connected");
    assertEquals(proven.socket.readyState, WebSocket.OPEN);
    await proven.close();
    const alone = await begin(scene, typed(scene, "handshake"));
    assertEquals((await alone.next())["success"], true);
    const back = await scene.connect();
    assertEquals((await alone.ended).reason.startsWith("Client already connected"), true);
    await Promise.all([back.close(), claimed.ended]);
  }
});

Deno.test("what is no message of theirs is refused, and the connection stays", async () => {
  await using scene = await start();
  const peer = await begin(scene, typed(scene, "handshake"));
  await peer.next(({ message_type }) => message_type === "game_update");
  for (
    const frame of [
      "{",
      typed(scene, "unknown"),
      typed(scene, "prediction"),
      typed(scene, "prediction", { prediction: { prediction_id: "p" } }),
      typed(scene, "prediction", { prediction: [1] }),
    ]
  ) {
    peer.send(frame);
    assertEquals((await peer.next())["code"], "invalid_message");
  }
  peer.send(typed(scene, "heartbeat"));
  assertEquals(kindOf(await peer.next()), "heartbeat");
  await peer.close();
});

Deno.test("a miner that is blacklisted is sent away however it began", async () => {
  await using scene = await start();
  const peer = await begin(scene, authentication(scene));
  await peer.next();
  await scene.register(scene.key, 7, true);
  assertEquals((await peer.next(({ type }) => type === "error"))["code"], "not_authorized");
  assertEquals((await peer.ended).code, 1008);
});
