import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Priority } from "../../lib/hub/mod.ts";
import { FaultyEngine } from "../helpers/faulty_engine.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";
import { LogLines } from "../helpers/log_lines.ts";
import { freshNonce, Peer, testKey } from "../helpers/peer.ts";
import { RawClient } from "../helpers/raw_client.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";
import { farewells } from "../helpers/told.ts";
import { until } from "../helpers/until.ts";

/** Moves a clock until a drain is over. */
async function finished(draining: Promise<void>, clock: FakeClock): Promise<void> {
  let isOver = false;
  const over = draining.finally(() => isOver = true);
  await until(() => isOver, "the end of the drain", () => clock.advance(20));
  await over;
}

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
  await until(() => received >= count, "all messages");
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

Deno.test("a client that does not answer the close does not hold up the drain, and is cut off", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({}, clock);

  using _client = await RawClient.open(scene.server.ws);
  await until(() => scene.server.gateway.hub.size > 0, "a connection");
  await finished(scene.server.gateway.drain(), clock);
  await until(
    () => scene.server.gateway.hub.size === 0,
    "the end of all connections",
    () => clock.advance(1000),
  );
});

Deno.test("draining twice is draining once", async () => {
  await using scene = await Scene.start();
  assertEquals(scene.server.gateway.drain(), scene.server.gateway.drain());
  await scene.server.gateway.drain();
});

Deno.test("clients are sent away in steps, each told once and with another time", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({ "http.rate_limit": 1e6 }, clock);
  const peers = await Promise.all(
    Array.from({ length: 120 }, () => Peer.open(scene.server.ws.replace(/ws$/, "ws/stream"))),
  );
  await Promise.all(peers.map((peer) => peer.next()));
  const { hub } = scene.server.gateway;
  const open = () => [...hub.connections()].filter(({ isOpen }) => isOpen).length;
  const draining = scene.server.gateway.drain();
  await until(() => open() !== 120, "the first to be sent away");
  const steps = [open()];
  for (let step = 0; step < 2; step += 1) {
    await clock.advance(100);
    steps.push(open());
  }
  assertEquals(steps, [70, 20, 0]);
  await finished(draining, clock);
  const times = peers.flatMap(({ frames }) => farewells(frames)).map((frame) => frame["retry_after_ms"]);
  assertEquals([times.length, new Set(times).size], [120, 120]);
});

Deno.test("who is refused a prediction during a drain is told of the drain once, with a time of its own", async () => {
  const clock = new FakeClock();
  const opener = FaultyEngine.opener();
  await using scene = await Scene.start({}, clock, opener.open);
  const other = testKey(8);
  await scene.register(other, 8);
  const peers = [await scene.connect(), await scene.connect(other)];
  const held = Promise.withResolvers<void>();
  using _ = opener.engine.interfere((write) => held.promise.then(write));
  peers[0]?.send(scene.sign("prediction", samplePrediction("p0")));
  const { validator } = scene.server.gateway;
  await until(() => validator.underWay === 1, "a prediction under way");
  const draining = scene.server.gateway.drain();
  for (const [index, key] of [scene.key, other].entries()) {
    for (const id of ["p1", "p2"]) {
      peers[index]?.send(scene.sign("prediction", samplePrediction(id, { miner_uid: 7 + index }), { key }));
    }
    assertEquals((await peers[index]?.next())?.["code"], "server_closing");
  }
  held.resolve();
  await finished(draining, clock);
  const told = peers.map(({ frames }) => farewells(frames));
  assertEquals(told.map(({ length }) => length), [1, 1]);
  assert(told[0]?.[0]?.["retry_after_ms"] !== told[1]?.[0]?.["retry_after_ms"]);
});

Deno.test("what a slow client still has to read goes out before it is sent away", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({}, clock);
  const peer = await scene.connect();
  const [connection] = scene.server.gateway.hub.connections();
  connection?.hold();
  connection?.offer(JSON.stringify({ type: "held" }), Priority.reply);
  const draining = scene.server.gateway.drain();
  await clock.advance(300);
  assert(connection?.isOpen);
  connection?.release([]);
  await finished(draining, clock);
  await peer.ended;
  assertEquals(peer.frames.slice(-2).map((frame) => frame["code"] ?? frame.type), ["held", "server_closing"]);
});

Deno.test("a drain is over within the shutdown timeout, whatever hangs, and says what it cut off", async () => {
  using lines = new LogLines();
  const clock = new FakeClock();
  const faulty = FaultyEngine.opener();
  const committing = Promise.withResolvers<void>();
  {
    await using scene = await Scene.start({ shutdown_timeout: 4 }, clock, faulty.open);
    const peer = await scene.connect();
    using _silent = await RawClient.open(scene.server.ws);
    await until(() => scene.server.gateway.hub.size >= 2, "two connections");
    faulty.engine.interfere(() => {
      committing.resolve();
      return new Promise(() => {});
    });
    peer.send(scene.sign("prediction", samplePrediction("p1")));
    await committing.promise;
    const before = clock.now();
    await scene.stop();
    assert(clock.now() - before <= 4000, `${clock.now() - before} ms`);
    assertEquals((await peer.ended).code, 1001);
  }
  assertStringIncludes(lines.text, "Cut off 1 predictions that were not confirmed in time");
  assertStringIncludes(lines.text, "Cut off what did not end in time: 1 connections");
});
