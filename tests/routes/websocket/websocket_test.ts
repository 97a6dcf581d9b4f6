import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { Peer, signAuthentication, testKey } from "../../helpers/peer.ts";
import { Scrape } from "../../helpers/metrics.ts";
import { RawClient, refusedUpgrade } from "../../helpers/raw_client.ts";
import { endingOf } from "../../helpers/told.ts";
import { dataOf, Scene } from "../../helpers/scene.ts";
import { until, untilThere } from "../../helpers/until.ts";

/** Moves the clock until `done`. */
async function advanceUntil(clock: FakeClock, step: number, done: () => boolean): Promise<void> {
  await until(done, "what is to happen", () => clock.advance(step));
}

Deno.test("malformed frames of every kind are answered and do no harm", async (test) => {
  await using scene = await Scene.start({ "websocket.rate_limit": 1000 });
  const frames: readonly (readonly [string, string | Uint8Array<ArrayBuffer>, string])[] = [
    ["empty", "", "Not JSON"],
    ["text", "hello", "Not JSON"],
    ["NaN", '{"type": "x", "data": {"a": NaN}}', "Not JSON"],
    ["Infinity", '{"a": -Infinity}', "Not JSON"],
    ["a number beyond a double", '{"a": 1e400}', "beyond a double"],
    ["null", "null", "expected a JSON object"],
    ["an array", "[1]", "expected a JSON object"],
    ["nested 33 deep", `{"a": ${"[".repeat(32)}${"]".repeat(32)}}`, "nested too deeply"],
    ["nested a hundred thousand deep", "[".repeat(100_000), "nested too deeply"],
    ["binary", new Uint8Array([1, 2, 3]), "binary"],
    ["binary JSON", new TextEncoder().encode("{}"), "binary"],
    ["an integer of a hundred thousand digits", `{"a": ${"9".repeat(100_000)}}`, "type"],
    ["lone surrogates", '{"\\ud800": "\\udc00"}', "type"],
    ["__proto__", '{"__proto__": {"type": "prediction"}}', "type"],
  ];
  for (const [what, frame, detail] of frames) {
    await test.step(what, async () => {
      const peer = await scene.connect();
      peer.socket.send(frame);
      const error = await peer.next();
      assertEquals([error.type, error["status"], error["code"]], ["error", "error", "invalid_message"]);
      assertStringIncludes(String(error["message"]), "Invalid message format");
      assertStringIncludes(String(error["message"]), detail);
      peer.send(scene.sign("heartbeat", {}));
      assertEquals((await peer.next()).type, "heartbeat_ack");
      await peer.close();
    });
  }
});

Deno.test("the twentieth invalid message within a minute closes the connection", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({}, clock);
  const peer = await scene.connect();
  for (let index = 0; index < 20; index += 1) peer.send("rubbish");
  assertEquals(await peer.ended, { code: 1008, reason: "Invalid message format" });
  assertEquals(peer.frames.filter((frame) => frame["code"] === "invalid_message").length, 20);
});

Deno.test("nineteen invalid messages a minute are borne with", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({}, clock);
  const peer = await scene.connect();
  for (const _ of ["first", "second"]) {
    for (let index = 0; index < 19; index += 1) peer.send("rubbish");
    for (let index = 0; index < 19; index += 1) {
      await peer.next((frame) => frame["code"] === "invalid_message");
    }
    await clock.advance(60_000);
  }
  await peer.close();
});

Deno.test("a message larger than allowed is refused with 1009, one of exactly that size is not", async () => {
  await using scene = await Scene.start({ "websocket.max_message_size": 4096 });
  const peer = await scene.connect();
  const padded = (size: number, filler: string) => {
    const [bare] = [scene.sign("heartbeat", { filler: "" })];
    const bytes = new TextEncoder().encode(filler).length;
    return scene.sign("heartbeat", { filler: filler.repeat(Math.floor((size - bare.length) / bytes)) });
  };
  const exact = padded(4096, "x");
  peer.send(exact.padEnd(4096, " "));
  assertEquals((await peer.next()).type, "heartbeat_ack");
  peer.send(exact.padEnd(4097, " "));
  const error = await peer.next();
  assertEquals(error["code"], "invalid_message");
  assertStringIncludes(String(error["message"]), "larger than 4096 bytes");
  assertEquals(await peer.ended, { code: 1009, reason: "Invalid message format" });
  // Bytes are counted and not characters.
  const other = await scene.connect();
  other.send(JSON.stringify({ filler: "é".repeat(2100) }));
  assertEquals((await other.ended).code, 1009);
});

Deno.test("too many messages are refused with the time to wait, and closed when it goes on", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({ "websocket.rate_limit": 1 }, clock);
  const peer = await scene.connect();
  for (let index = 0; index < 3; index += 1) {
    peer.send(scene.sign("heartbeat", {}));
    assertEquals((await peer.next()).type, "heartbeat_ack");
  }
  const message = scene.sign("heartbeat", {});
  peer.send(message);
  const error = await peer.next();
  assertEquals([error["code"], error["retry_after_ms"]], ["rate_limited", 1000]);
  assertEquals(error["in_reply_to"], JSON.parse(message).nonce);
  assertStringIncludes(String(error["message"]), "Rate limit exceeded");
  await clock.advance(1000);
  peer.send(message);
  assertEquals((await peer.next()).type, "heartbeat_ack");
  for (let index = 0; index < 10; index += 1) peer.send(scene.sign("heartbeat", {}));
  assertEquals(await peer.ended, { code: 1008, reason: "Rate limit exceeded" });
});

Deno.test("connections over the limit in all are turned away, and places become free again", async () => {
  await using scene = await Scene.start({ "websocket.max_connections": 2 });
  const first = await scene.connect();
  const second = await Peer.open(scene.server.ws);
  const { status, headers, body } = await refusedUpgrade(scene.server.ws);
  assertEquals([status, body.error.code], [503, "max_connections"]);
  assertStringIncludes(body.message, "Max connections reached");
  assert(Number(headers.get("retry-after")) > 0);
  await second.close();
  await until(() => scene.server.gateway.hub.size <= 1, "the end of all connections but one");
  const fourth = await Peer.open(scene.server.ws.replace(/ws$/, "ws/stream"));
  assertEquals((await fourth.next()).type, "welcome");
  await fourth.close();
  await first.close();
});

Deno.test("connections over the limit of one address are turned away", async () => {
  await using scene = await Scene.start({ "websocket.max_connections_per_address": 1 });
  const first = await scene.connect();
  const { status, body } = await refusedUpgrade(scene.server.ws);
  assertEquals([status, body.error.code], [503, "max_connections"]);
  await first.close();
});

Deno.test("a silent connection is closed after the timeout, a talking one gets heartbeats and stays", async () => {
  const clock = new FakeClock();
  const overrides = { "websocket.heartbeat_interval": 60, "websocket.connection_timeout": 300 };
  await using scene = await Scene.start(overrides, clock);
  await scene.register(testKey(8), 8);
  const silent = await scene.connect();
  const talking = await scene.connect(testKey(8));
  for (let minute = 1; minute <= 5; minute += 1) {
    let heard = false;
    const heartbeat = talking.next(({ type }) => type === "heartbeat").finally(() => heard = true);
    await advanceUntil(clock, 1000, () => heard);
    assertEquals(Object.keys(dataOf(await heartbeat)), ["timestamp"]);
    talking.send(scene.sign("heartbeat_response", {}, { key: testKey(8) }));
    talking.send(scene.sign("heartbeat", {}, { key: testKey(8) }));
    await talking.next(({ type }) => type === "heartbeat_ack");
  }
  let ended = false;
  silent.ended.then(() => ended = true);
  await advanceUntil(clock, 1000, () => ended);
  const error = silent.frames.at(-1);
  assertEquals(error?.["code"], "heartbeat_timeout");
  assertStringIncludes(String(error?.["message"]), "Heartbeat timeout");
  assertEquals(await silent.ended, { code: 1001, reason: "Heartbeat timeout" });
  assert(silent.frames.filter(({ type }) => type === "heartbeat").length >= 4);
  talking.send(scene.sign("heartbeat", {}, { key: testKey(8) }));
  await talking.next(({ type }) => type === "heartbeat_ack");
  await talking.close();
});

Deno.test("health counts open connections, and as active the miners heard from within two intervals", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({ "websocket.connection_timeout": 1000 }, clock);
  const miner = await scene.connect();
  const waiting = await Peer.open(scene.server.ws.replace(/ws$/, "ws/stream"));
  await waiting.next();
  const health = async () => (await scene.call("GET", "/ws/health")).body;
  const { status, connections, active_connections, families } = await health();
  assertEquals({ status, connections, active_connections }, {
    status: "online",
    connections: 2,
    active_connections: 1,
  });
  assertEquals(families, { undecided: 0, miners: 1, streams: 1, events: 0, jobs: 0, polling: 0 });
  await clock.advance(121_000);
  const later = await health();
  assertEquals([later["connections"], later["active_connections"], later["uptime"]], [2, 0, 121]);
  await miner.close();
  await waiting.close();
});

Deno.test("a first frame with a type makes a connection on /ws a stream client", async () => {
  await using scene = await Scene.start();
  const peer = await Peer.open(scene.server.ws);
  peer.send('{"type": "heartbeat", "data": {"timestamp": "t"}}');
  assertEquals((await peer.next()).type, "welcome");
  const ack = await peer.next();
  assertEquals([ack.type, dataOf(ack)["echo"]], ["heartbeat_ack", "t"]);
  peer.send(signAuthentication(scene.key));
  assertEquals((await peer.next()).type, "error");
  await peer.close();
});

Deno.test("who connects to /ws is what its first frame says, and undecided until then", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({ "websocket.auth_timeout": 10 }, clock);
  const { hub } = scene.server.gateway;
  const silent = await Peer.open(scene.server.ws);
  const miner = await scene.connect();
  const listener = await Peer.open(scene.server.ws);
  listener.send('{"type": "ping"}');
  await listener.next();
  assertEquals(hub.families(), { undecided: 1, miners: 1, streams: 1, events: 0, jobs: 0 });
  const health = await (await fetch(`${scene.server.url}/ws/health`)).json();
  assertEquals([health.connections, health.families.undecided], [3, 1]);
  const scrape = await Scrape.of(scene.server.url);
  const pending = (family: string) => scrape.value("heliograph_connections", { family, state: "pending" });
  const received = (family: string) => scrape.value("heliograph_messages_received_total", { family });
  assertEquals([pending("undecided"), pending("miners")], [1, 0]);
  assertEquals([received("undecided"), received("miners"), received("streams")], [0, 1, 1]);
  await advanceUntil(clock, 1000, () => hub.families().undecided === 0);
  assertEquals(await silent.ended, { code: 1008, reason: "Not authorized" });
  assertEquals((await endingOf(scene.server, "not_authorized")).family, "undecided");
  await miner.close();
  await listener.close();
});

Deno.test("upgrades are refused where WebSockets are disabled, or from an origin that is not allowed", async () => {
  const upgrade = (origin: string) =>
    `GET /ws HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: Upgrade\r\norigin: ${origin}\r\n` +
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n";
  {
    await using scene = await Scene.start({ "websocket.enabled": false });
    assertStringIncludes(await rawRequest(scene, upgrade("http://a.test")), "HTTP/1.1 503");
    assertEquals((await scene.call("GET", "/ws/health")).body["status"], "disabled");
  }
  await using scene = await Scene.start({ "websocket.allowed_origins": ["http://a.test"] });
  assertStringIncludes(await rawRequest(scene, upgrade("http://a.test")), "HTTP/1.1 101");
  assertStringIncludes(await rawRequest(scene, upgrade("http://b.test")), "HTTP/1.1 403");
});

/** The beginning of what the server answers to bytes. */
async function rawRequest(scene: Scene, request: string): Promise<string> {
  using connection = await Deno.connect({ port: Number(new URL(scene.server.url).port) });
  await connection.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(1024);
  return new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
}

Deno.test("clients that find no place are not upgraded, however many ask, and take none from others", async () => {
  await using scene = await Scene.start({
    "websocket.max_connections_per_address": 2,
    "http.trusted_proxies": ["127.0.0.1/32"],
  });
  const from = (address: string) => ({ "x-forwarded-for": address });
  const open = (address: string) => Peer.open(scene.server.ws, { headers: from(address) });
  const peers = [await open("192.0.2.1"), await open("192.0.2.1")];
  for (let asked = 0; asked < 300; asked += 1) {
    assertEquals((await refusedUpgrade(scene.server.ws, from("192.0.2.1"))).status, 503);
  }
  peers.push(await open("192.0.2.2"));
  assertEquals((await scene.call("GET", "/ws/health")).body["connections"], 3);
  for (const peer of peers) await peer.close();
});

Deno.test("Socket.IO clients on the wrong path take a place of their address while they do not leave", async () => {
  await using scene = await Scene.start({ "websocket.max_connections_per_address": 3 });
  const url = `${scene.server.ws}/?EIO=4&transport=websocket`;
  {
    using strays = new DisposableStack();
    for (let opened = 0; opened < 3; opened += 1) strays.use(await RawClient.open(url));
    for (const asked of [url, scene.server.ws]) {
      assertEquals((await refusedUpgrade(asked)).body.error.code, "max_connections");
    }
  }
  const peer = await untilThere(() => Peer.open(scene.server.ws).catch(() => undefined), "a place");
  await peer.close();
});

Deno.test("who has authenticated or subscribed takes no stranger's place of its address", async () => {
  await using scene = await Scene.start({ "websocket.max_strangers_per_address": 1 });
  const miner = await scene.connect();
  const reader = await Peer.open(scene.server.ws.replace(/ws$/, "ws/stream"));
  await reader.next();
  const { status, body } = await refusedUpgrade(scene.server.ws);
  assertEquals([status, body.error.code], [503, "max_connections"]);
  assertStringIncludes(body.message, "before authentication");
  reader.send('{"type": "subscribe", "stream": "peers"}');
  await reader.next(({ type }) => type === "subscribed");
  const another = await Peer.open(scene.server.ws);
  for (const peer of [miner, reader, another]) await peer.close();
});

Deno.test("strangers that are cut off for the sake of memory are told of by that cause, and counted", async () => {
  await using scene = await Scene.start();
  const { hub, activity } = scene.server.gateway;
  const miner = await scene.connect();
  using _stranger = await RawClient.open(scene.server.ws);
  await until(() => hub.places.leastKnown()[0]?.standing === "stranger", "a stranger");
  hub.places.leastKnown()[0]?.evict("memory: growth");
  const { ending } = await endingOf(scene.server, "evicted");
  assertEquals([ending?.by, ending?.detail], ["server", "memory: growth"]);
  assertEquals([hub.size, activity.evictions], [1, { limit: 0, growth: 0 }]);
  await miner.close();
});

for (const path of ["ws/stream", "ws", ""]) {
  Deno.test(`a stream client on /${path} that listens and is dead is found by the runtime's pings`, async () => {
    await using scene = await Scene.start({
      "websocket.connection_timeout": 2,
      "websocket.heartbeat_interval": 1,
    });
    using dead = await RawClient.open(scene.server.ws.replace(/ws$/, path));
    await dead.send('{"type": "subscribe", "stream": "peers"}');
    const { ending } = await endingOf(scene.server, "connection_lost");
    assertEquals([ending?.by, ending?.code], ["network", 1006]);
    assertEquals(scene.server.gateway.hub.places.taken, 0);
  });
}

Deno.test("dropping a connection ends it although its client answers nothing", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({}, clock);
  using client = await RawClient.open(scene.server.ws);
  await client.send(signAuthentication(scene.key, { now: clock.now() }));
  await client.read();
  const [connection] = scene.server.gateway.hub.connections();
  await scene.server.admin("DELETE", `/admin/connections/${connection?.id}`);
  await advanceUntil(clock, 1000, () => scene.server.gateway.hub.size === 0);
  assertEquals(scene.server.gateway.hub.places.taken, 0);
  const { ending } = await endingOf(scene.server, "dropped");
  assertEquals([ending?.by, ending?.code], ["server", 1001]);
});
