import type { Keypair } from "../../lib/crypto/mod.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { closes, parseMessage, renderSigned } from "../../lib/protocol/mod.ts";
import { collectedHeap } from "../helpers/collected_heap.ts";
import { jsonSoup, jsonText, spoiltText } from "../helpers/json_texts.ts";
import { Peer, signAuthentication, testKey } from "../helpers/peer.ts";
import { RawClient, refusedUpgrade } from "../helpers/raw_client.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";
import { until } from "../helpers/until.ts";

const wide = { "websocket.rate_limit": 1e6, "http.rate_limit": 1e6 };

/** The server still serves: a miner connects, predicts and is confirmed. */
async function assertServes(scene: Scene, name: string): Promise<void> {
  const peer = await scene.connect();
  peer.send(scene.sign("prediction", samplePrediction(name)));
  assertEquals(dataOf(await peer.next(({ type }) => type === "confirmation"))["status"], "success");
  await peer.close();
}

/** Resolves once the server has noticed that its clients are gone. */
async function emptied(scene: Scene): Promise<void> {
  await until(() => scene.server.gateway.hub.size === 0, "the end of all connections");
}

Deno.test("no text whatever harms the server, as a first frame, later, or over HTTP", async () => {
  await using scene = await Scene.start({ ...wide, "http.trusted_proxies": ["127.0.0.1/32"] });
  let strangers = 0;
  const message = fc.constant(null).map(() => scene.sign("prediction", samplePrediction("fuzz")));
  const authentication = fc.constant(null).map(() => signAuthentication(scene.key));
  const mutated = fc.tuple(
    fc.oneof(message, authentication),
    fc.nat(),
    fc.nat(4),
    fc.string({ maxLength: 3 }),
  ).map(
    ([original, place, length, piece]) => {
      const at = place % original.length;
      const text = original.slice(0, at) + piece + original.slice(at + length);
      return sameMeaning(text, original) ? "" : text;
    },
  );
  const anything = fc.oneof(fc.string(), jsonText, spoiltText, jsonSoup, mutated);
  await fc.assert(
    fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 8 }), async (texts) => {
      // Each from elsewhere, as one address is soon refused for its bad signatures.
      const headers = { "x-forwarded-for": `203.0.113.${strangers += 1}` };
      const stranger = new Peer(scene.server.ws, { headers });
      await stranger.opened;
      const miner = await scene.connect();
      for (const text of texts) {
        stranger.send(text);
        miner.send(text);
        const { status } = await scene.call("POST", "/api/v1/predictions", { body: text, headers });
        assert(status >= 400 && status < 500, `${status} for ${text}`);
      }
      miner.send(scene.sign("heartbeat", {}));
      await miner.next(({ type }) => type === "heartbeat_ack");
      assertEquals(miner.frames.filter(({ code }) => code === "internal_error"), []);
      assertEquals(stranger.frames.filter(({ code }) => code === "internal_error"), []);
      await Promise.all([stranger.close(), miner.close()]);
    }),
    { numRuns: 60, endOnFailure: true },
  );
  assertEquals((await scene.server.admin("GET", "/admin/predictions"))["predictions"], []);
  await assertServes(scene, "after");
});

/** Whether a mutation left everything as it was that the signature depends on. */
function sameMeaning(text: string, original: string): boolean {
  try {
    const [{ signature, ...rest }, { signature: wanted, ...all }] = [
      parseMessage(text),
      parseMessage(original),
    ];
    const isSame = String(signature).replace(/^0x/, "").toLowerCase() === wanted;
    return isSame && renderSigned(rest) === renderSigned(all);
  } catch {
    return false;
  }
}

Deno.test("forged and replayed messages of others are refused", async () => {
  await using scene = await Scene.start();
  const victim = testKey(8);
  await scene.register(victim, 8);
  const victimPeer = await scene.connect(victim);
  const attacker = await scene.connect();
  const captured = scene.sign("prediction", samplePrediction("v", { miner_uid: 8 }), { key: victim });
  const confirmation = scene.sign("confirmation", { status: "success" });
  const attempts: readonly (readonly [string, string])[] = [
    [captured, "not_authorized"],
    [captured.replace(victim.address, scene.key.address), "not_authorized"],
    [
      scene.sign("prediction", samplePrediction("f"), { key: testKey(66) }).replace(
        testKey(66).address,
        victim.address,
      ),
      "not_authorized",
    ],
    [confirmation, "invalid_message"],
  ];
  for (const [text, code] of attempts) {
    attacker.send(text);
    assertEquals((await attacker.next())["code"], code);
  }
  // The victim's own message still works: the attempts have not used up its nonce.
  victimPeer.send(captured);
  assertEquals(dataOf(await victimPeer.next())["status"], "success");
  // A captured welcome of the validator is no way in either.
  const stranger = await Peer.open(scene.server.ws);
  stranger.send(JSON.stringify(victimPeer.frames[0]));
  assertEquals((await stranger.next()).type, "welcome");
  assertEquals((await stranger.next())["code"], "unknown_type");
  await Promise.all([attacker.close(), victimPeer.close(), stranger.close()]);
});

Deno.test("frames that break the WebSocket protocol end their connection alone", async () => {
  await using scene = await Scene.start();
  const breakers: readonly ((client: RawClient) => Promise<void>)[] = [
    (client) => client.send("{}", { masked: false }),
    (client) => client.send("x", { opcode: 0xf1 }),
    (client) => client.send("x", { opcode: 0x83 }),
    (client) =>
      client.write(new Uint8Array([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])),
    (client) => client.write(new Uint8Array([0x81, 0x84, 0, 0, 0, 0, 0xff, 0xfe, 0xfd, 0xfc])),
    (client) => client.write(new Uint8Array([0x89, 0xfe, 0x01, 0x00, 0, 0, 0, 0])),
    (client) => client.write(new Uint8Array([0x81])),
    (client) => client.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n")),
  ];
  for (const breakIt of breakers) {
    using client = await RawClient.open(scene.server.ws);
    await breakIt(client);
  }
  await assertServes(scene, "after");
  await emptied(scene);
});

Deno.test("a flood from one miner slows nobody else and is cut off", async () => {
  await using scene = await Scene.start();
  const other = testKey(8);
  await scene.register(other, 8);
  const peer = await scene.connect(other);
  const flooder = await scene.connect();
  const cutOff = [...scene.server.gateway.hub.connections()].find(({ peer }) => peer === scene.key.address);
  const heartbeats = Array.from({ length: 1500 }, () => scene.sign("heartbeat", {}));
  for (const heartbeat of heartbeats) flooder.send(heartbeat);
  peer.send(scene.sign("prediction", samplePrediction("p", { miner_uid: 8 }), { key: other }));
  assertEquals(dataOf(await peer.next())["status"], "success");
  // With more of the flood behind it the close frame may not get through, so the server's side is asked.
  await flooder.ended;
  assertEquals(cutOff?.closedBy, closes.tooManyRequests);
  await peer.close();
});

Deno.test("a reader that never reads is closed as slow while others are served, and what waited is given up", async () => {
  await using scene = await Scene.start({ "websocket.max_queue": 256 * 1024 });
  const other = testKey(8);
  await scene.register(other, 8);
  const { hub } = scene.server.gateway;
  const peer = await scene.connect(other);
  const stuck = await RawClient.open(scene.server.ws);
  await stuck.send(signAuthentication(scene.key));
  await stuck.read();
  const slow = [...hub.connections()].find(({ peer }) => peer === scene.key.address);
  const bulk = (round: number) =>
    Array.from(
      { length: 10 },
      (_, index) => sampleGame(`bulk${index}`, { note: `${round}`.padEnd(8000, "x") }),
    );
  let rounds = 0;
  for (; slow?.isOpen === true; rounds += 1) {
    const { recipients } = await scene.addGames(bulk(rounds));
    assertEquals(recipients, 2);
    await peer.next(({ type }) => type === "game_update");
  }
  assertEquals(slow?.closedBy?.code, 1013);
  assertEquals(slow?.closedBy?.reason, "Slow consumer");
  // What is left is what the transport had taken by then.
  assert((slow?.queued ?? Infinity) < 256 * 1024);
  assertEquals((await scene.addGames(bulk(rounds)))["recipients"], 1);
  await peer.next(({ type }) => type === "game_update");
  stuck[Symbol.dispose]();
  await until(() => hub.size <= 1, "the end of all connections but one");
  await peer.close();
});

Deno.test("ten thousand connects and disconnects leave nothing behind", async () => {
  await using scene = await Scene.start(wide);
  const { hub } = scene.server.gateway;
  const lanes = Array.from({ length: 20 }, (_, lane) => testKey(100 + lane));
  for (const [lane, key] of lanes.entries()) await scene.register(key, 100 + lane);
  const churn = async (key: Keypair, count: number) => {
    for (let index = 0; index < count; index += 1) {
      const kind = index % 10;
      if (kind === 0) await (await Peer.open(scene.server.ws.replace(/ws$/, "ws/stream"))).close();
      else if (kind === 1) await (await scene.connect(key)).close();
      else (await RawClient.open(scene.server.ws))[Symbol.dispose]();
    }
  };
  await Promise.all(lanes.map((key) => churn(key, 50)));
  await emptied(scene);
  const before = collectedHeap();
  await Promise.all(lanes.map((key) => churn(key, 450)));
  await emptied(scene);
  assertEquals(hub.size, 0);
  const kept = (collectedHeap() - before) / 9000;
  // The record of its ending, of which the latest are kept, is all that is left.
  assert(kept < 500, `${kept} bytes kept of each connection`);
  const { connections, families } = (await scene.call("GET", "/ws/health")).body;
  assertEquals([connections, families], [0, {
    undecided: 0,
    miners: 0,
    streams: 0,
    events: 0,
    jobs: 0,
    polling: 0,
  }]);
  await assertServes(scene, "after");
});

Deno.test("after a crowd left there is place for as many of the same address again", async () => {
  await using scene = await Scene.start({ "websocket.max_connections_per_address": 20 });
  for (const _ of ["first", "second", "third"]) {
    const crowd = await Promise.all(Array.from({ length: 20 }, () => RawClient.open(scene.server.ws)));
    assertEquals((await refusedUpgrade(scene.server.ws)).body.error.code, "max_connections");
    for (const client of crowd) client[Symbol.dispose]();
    await emptied(scene);
  }
});

Deno.test("a body that is announced too large is refused before it comes", async () => {
  await using scene = await Scene.start();
  using connection = await Deno.connect({ port: Number(new URL(scene.server.url).port) });
  await connection.write(new TextEncoder().encode(
    "POST /api/v1/predictions HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999\r\n\r\n{",
  ));
  const buffer = new Uint8Array(4096);
  const answer = new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
  assertStringIncludes(answer, "HTTP/1.1 413");
});
