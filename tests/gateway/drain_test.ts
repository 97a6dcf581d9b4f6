import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FakeClock, settle } from "../helpers/fake_clock.ts";
import { freshNonce, Peer, testKey } from "../helpers/peer.ts";
import { RawClient } from "../helpers/raw_client.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";

Deno.test("a drain confirms what is under way before it closes the connection", async () => {
  await using scene = await Scene.start({ "websocket.rate_limit": 1e6 });
  const { hub } = scene.server.gateway;
  const receive = hub.receive.bind(hub);
  let received = 0;
  const peer = await scene.connect();
  hub.receive = (connection, data) => {
    received += 1;
    receive(connection, data);
  };
  const count = 60;
  for (let index = 0; index < count; index += 1) {
    peer.send(scene.sign("prediction", samplePrediction(`p${index}`, { wager: 1 })));
  }
  while (received < count) await settle();
  await scene.server.gateway.drain();
  assertEquals((await peer.ended).code, 1001);
  const confirmed = peer.frames.filter(({ type }) => type === "confirmation").map(dataOf);
  assertEquals(confirmed.map(({ status }) => status), Array.from({ length: count }, () => "success"));
  const last = peer.frames.at(-1);
  assertEquals(last?.["code"], "server_closing");
  assertStringIncludes(String(last?.["message"]), "Server closing connection");
});

Deno.test("each client is told its own time to come back", async () => {
  await using scene = await Scene.start();
  const keys = Array.from({ length: 12 }, (_, index) => testKey(20 + index));
  for (const [index, key] of keys.entries()) await scene.register(key, 20 + index);
  const peers = await Promise.all(keys.map((key) => scene.connect(key)));
  peers.push(await Peer.open(scene.server.ws.replace(/ws$/, "ws/stream")));
  await peers.at(-1)?.next();
  const answer = await scene.server.admin("POST", "/admin/drain");
  assertEquals(answer, { status: "draining", connections: 13 });
  const times = new Set<number>();
  for (const peer of peers) {
    assertEquals(await peer.ended, { code: 1001, reason: "Server closing connection" });
    const error = peer.frames.at(-1);
    assertEquals(error?.["code"], "server_closing");
    times.add(Number(error?.["retry_after_ms"]));
  }
  assert([...times].every((time) => time >= 1000 && time <= 61_000));
  assert(times.size > 1);
});

Deno.test("while it drains the server says so, takes nothing new, and ends long polls", async () => {
  await using scene = await Scene.start();
  const polls = [
    scene.call("GET", "/api/v1/games?since=1&wait=60"),
    scene.server.admin("GET", "/admin/predictions?wait=60"),
  ];
  await settle();
  await scene.server.gateway.drain();
  await Promise.all(polls);
  const ready = await scene.call("GET", "/readyz");
  assertEquals([ready.status, ready.body["status"]], [503, "draining"]);
  const health = await scene.call("GET", "/ws/health");
  assertEquals([health.status, health.body["status"]], [503, "draining"]);
  assertEquals((await scene.call("GET", "/healthz")).status, 200);
  const message = scene.sign("prediction", samplePrediction("p"), { nonce: freshNonce() });
  const refused = await scene.post("/api/v1/predictions", message);
  const { code, message: text, retry_after_ms } = refused.body["error"] as Record<string, unknown>;
  assertEquals([refused.status, code, retry_after_ms], [503, "server_closing", 5000]);
  assertStringIncludes(String(text), "Server closing connection");
  assertEquals(refused.headers.get("retry-after"), "5");
  const upgrade = await scene.call("GET", "/ws", {
    headers: { upgrade: "websocket", connection: "upgrade" },
  });
  assert([426, 503].includes(upgrade.status));
  assertEquals((await scene.call("GET", "/api/v1/games?since=1&wait=60")).status, 200);
  assertEquals((await scene.server.admin("GET", "/admin/predictions?wait=60"))["predictions"], []);
});

Deno.test("a client that does not answer the close does not hold up the drain", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({}, clock);

  using _client = await RawClient.open(scene.server.ws);
  while (scene.server.gateway.hub.size === 0) await settle();
  let drained = false;
  const draining = scene.server.gateway.drain().finally(() => drained = true);
  while (!drained) await clock.advance(20);
  await draining;
  assertEquals(scene.server.gateway.hub.size, 1);
});

Deno.test("draining twice is draining once", async () => {
  await using scene = await Scene.start();
  assertEquals(scene.server.gateway.drain(), scene.server.gateway.drain());
  await scene.server.gateway.drain();
});
