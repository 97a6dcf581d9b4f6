import { assert, assertEquals } from "@std/assert";
import { until } from "../../helpers/until.ts";
import { StreamScene } from "./stream_scene.ts";

const delayMs = ({ snapshot, clock }: StreamScene) => (snapshot.retryAt ?? NaN) - clock.now();
/** Without the fallbacks, every attempt is one at a WebSocket. */
const alone = (options = {}) => new StreamScene({ fallback: false, ...options });

Deno.test("a lost connection is made again with the positions known, and nothing is lost or doubled", async () => {
  using scene = new StreamScene();
  await scene.connect("peers");
  scene.listen("receipts");
  await scene.publish("peers");
  await scene.publish("peers");
  scene.server.publish("peers");
  scene.server.cut();
  await scene.state("reconnecting");
  assertEquals([scene.snapshot.transport, scene.snapshot.error], [
    undefined,
    "ws://gateway.test:8080/ws/stream closed",
  ]);
  scene.server.publish("peers");
  await scene.nextAttempt();
  await until(() => scene.offsets("peers").at(-1) === 4);
  assertEquals(scene.offsets("peers"), [1, 2, 3, 4]);
  const recover = { peers: { epoch: "e1", offset: 2 }, receipts: { epoch: "e1", offset: 0 } };
  assertEquals(scene.server.frames.at(-1), { type: "subscribe", streams: ["peers", "receipts"], recover });
  assertEquals([scene.snapshot.reconnects, scene.snapshot.error, scene.snapshot.retryAt], [
    1,
    undefined,
    undefined,
  ]);
});

Deno.test("a stream client waits longer from failure to failure, at random between the bounds", async () => {
  let draw = 0;
  const draws = [0, 0.5, 0.999999];
  using scene = alone({
    random: () => draws[draw++ % 3] ?? 0,
    reconnectInterval: 500,
    maxReconnectInterval: 8000,
  });
  scene.server.upgrades = "refuse";
  scene.listen("peers");
  for (let attempt = 1; attempt <= 8; attempt++) {
    await until(() => scene.snapshot.retryAt !== undefined);
    const delay = delayMs(scene);
    assert(delay >= 500 && delay <= Math.min(8000, 500 * 2 ** attempt), `${attempt}: ${delay}`);
    assertEquals(scene.server.sockets.length, attempt);
    await scene.nextAttempt();
  }
});

Deno.test("failures are forgotten only once a connection has held for a while", async () => {
  using scene = alone({ random: () => 0.999999 });
  await scene.connect();
  const delays: number[] = [];
  const lose = async () => {
    scene.server.cut();
    await scene.state("reconnecting");
    delays.push(delayMs(scene));
    await scene.nextAttempt();
    await scene.connected();
  };
  for (let count = 0; count < 3; count++) await lose();
  await scene.clock.advance(19_000);
  await scene.publish("peers");
  await scene.clock.advance(11_000);
  await lose();
  assertEquals(delays, [2000, 4000, 8000, 2000]);
});

Deno.test("a stream client comes back when a closing server says, but not later than its longest wait", async () => {
  using scene = alone();
  await scene.connect();
  for (const [told, waited] of [[1234, 1234], [1e12, 30_000]] as const) {
    const { latest } = scene.server;
    latest.push({ type: "error", code: "server_closing", message: "Closing", retry_after_ms: told });
    await until(() => scene.snapshot.error === "Closing");
    latest.end(1001, "Server closing connection");
    assertEquals([delayMs(scene), scene.snapshot.error], [waited, "Closing"]);
    await scene.nextAttempt();
    await scene.connected();
  }
});

Deno.test("an error of a request is not taken for the reason of a later close", async () => {
  using scene = alone();
  await scene.connect();
  scene.listen("weather" as "peers");
  await until(() => scene.errors.length === 1);
  scene.server.latest.end(1001, "going away");
  await scene.state("reconnecting");
  assertEquals(scene.snapshot.error, "ws://gateway.test:8080/ws/stream closed: 1001 going away");
});

Deno.test("a server that does not want us back is tried again after the longest wait", async () => {
  using scene = alone();
  await scene.connect();
  scene.server.latest.end(1008, "Not authorized");
  await scene.state("reconnecting");
  assertEquals(delayMs(scene), 30_000);
  await scene.nextAttempt();
  await scene.connected();
});

Deno.test("a server at its limit says so, and is not mistaken for one that cannot be reached", async () => {
  using scene = new StreamScene();
  scene.server.welcomes = false;
  scene.server.onFrame = (_, socket) => {
    socket.push({ type: "error", code: "max_connections", message: "Max connections reached" });
    queueMicrotask(() => socket.end(1013, "Max connections reached"));
    return true;
  };
  scene.listen("peers");
  for (let attempt = 1; attempt <= 4; attempt++) {
    await until(() => scene.snapshot.retryAt !== undefined);
    assertEquals(scene.snapshot.error, "Max connections reached");
    await scene.nextAttempt();
  }
  assertEquals(scene.server.requests, []);
});

Deno.test("with reconnect: false a lost connection leaves the client closed, with the error", async () => {
  using scene = new StreamScene({ reconnect: false });
  const end = scene.listen("peers");
  await scene.connected();
  scene.server.latest.end(1011, "a bug");
  await scene.state("closed");
  scene.page.show(false);
  await scene.clock.advance(10_000);
  scene.page.show(true);
  scene.listen("receipts");
  await scene.clock.advance(600_000);
  assertEquals([scene.snapshot.state, scene.snapshot.error], [
    "closed",
    "ws://gateway.test:8080/ws/stream closed: 1011 a bug",
  ]);
  assertEquals([scene.server.sockets.length, scene.clock.pending], [1, 0]);
  end();
});

Deno.test("silence for 20 s is answered with a ping, and another 10 s end the connection", async () => {
  using scene = new StreamScene();
  await scene.connect();
  const pings = () => scene.server.frames.filter(({ type }) => type === "ping").length;
  await scene.clock.advance(15_000);
  await scene.publish("peers");
  await scene.clock.advance(19_000);
  assertEquals(pings(), 0);
  await scene.clock.advance(1000);
  assertEquals(pings(), 1);
  await scene.clock.advance(20_000);
  assertEquals([pings(), scene.snapshot.state], [2, "connected"]);
  scene.server.latest.passing = false;
  await scene.clock.advance(29_000);
  assertEquals(scene.snapshot.state, "connected");
  await scene.clock.advance(1000);
  assertEquals(scene.snapshot.state, "reconnecting");
  assertEquals(scene.server.open, []);
  await scene.nextAttempt();
  await scene.connected();
});

Deno.test("a subscription without an answer within 10 s ends the connection", async () => {
  using scene = new StreamScene();
  scene.server.onFrame = ({ type }) => type === "subscribe" && scene.server.sockets.length === 1;
  scene.listen("peers");
  await scene.connected();
  await scene.clock.advance(10_000);
  await scene.nextAttempt();
  await scene.subscribed("peers");
});

Deno.test("an attempt without an answer in 10 s has failed", async () => {
  using scene = alone({
    WebSocket: class {
      binaryType = "";
      addEventListener() {}
      send() {}
      close() {}
    },
  });
  scene.listen("peers");
  await scene.clock.advance(10_000);
  assertEquals(scene.snapshot.state, "reconnecting");
});

Deno.test("a WebSocket class that throws is a failed attempt", async () => {
  using scene = alone({
    WebSocket: class {
      binaryType = "";
      constructor() {
        throw new TypeError("insecure");
      }
      addEventListener() {}
      send() {}
      close() {}
    },
  });
  scene.listen("peers");
  await scene.state("reconnecting");
  assertEquals(
    scene.snapshot.error,
    "Cannot connect to ws://gateway.test:8080/ws/stream: TypeError: insecure",
  );
});

Deno.test("a gap in the numbers is filled by asking from the known position", async () => {
  using scene = new StreamScene();
  await scene.connect();
  await scene.publish("peers");
  scene.server.latest.passing = false;
  scene.server.publish("peers");
  await scene.clock.advance(0);
  scene.server.latest.passing = true;
  await scene.publish("peers");
  assertEquals(scene.offsets("peers"), [1, 2, 3]);
  assertEquals(scene.server.frames.slice(1), [
    { type: "unsubscribe", streams: ["peers"] },
    { type: "subscribe", streams: ["peers"], recover: { peers: { epoch: "e1", offset: 1 } } },
  ]);
  assertEquals(scene.server.sockets.length, 1);
});

Deno.test("a gap that the server cannot fill is passed over after asking once", async () => {
  using scene = new StreamScene();
  await scene.connect();
  await scene.publish("peers");
  const { latest, epoch } = scene.server;
  scene.server.onFrame = ({ type }) => {
    if (type === "subscribe") {
      latest.push({ type: "subscribed", stream: "peers", epoch, offset: 9, recovered: true });
      latest.push(scene.server.message("peers", 9));
    }
    return true;
  };
  latest.push(scene.server.message("peers", 9));
  await until(() => scene.offsets("peers").length === 2);
  assertEquals(scene.offsets("peers"), [1, 9]);
  assertEquals(scene.server.frames.length, 3);
});

Deno.test("after a restart the newest value of the new epoch is taken, whatever its number", async () => {
  using scene = new StreamScene();
  await scene.connect();
  for (let count = 0; count < 3; count++) await scene.publish("peers");
  scene.server.restart("e2");
  scene.server.publish("peers");
  await scene.nextAttempt();
  await until(() => scene.seen.length === 4);
  assertEquals(scene.offsets("peers"), [1, 2, 3, 1]);
  await scene.publish("peers");
  assertEquals(scene.offsets("peers"), [1, 2, 3, 1, 2]);
});

Deno.test("when the server has forgotten what was missed, the newest value follows, and known ones do not", async () => {
  using scene = new StreamScene();
  await scene.connect();
  await scene.publish("peers");
  scene.server.cut();
  for (let count = 0; count < 3; count++) scene.server.publish("peers");
  scene.server.forget("peers");
  await scene.nextAttempt();
  await until(() => scene.offsets("peers").at(-1) === 4);
  assertEquals(scene.offsets("peers"), [1, 4]);
});

Deno.test("numbers that go back within an epoch are taken as new when the server says that it cannot recover", async () => {
  using scene = new StreamScene();
  await scene.connect();
  for (let count = 0; count < 3; count++) await scene.publish("peers");
  scene.server.restart("e1");
  scene.server.publish("peers");
  await scene.nextAttempt();
  await until(() => scene.seen.length === 4);
  assertEquals(scene.offsets("peers"), [1, 2, 3, 1]);
});

Deno.test("a server that is gone for a while costs few attempts, and is found soon after it is back", async () => {
  using scene = new StreamScene({ maxReconnectInterval: 8000 });
  await scene.connect();
  const { server, clock } = scene;
  server.upgrades = server.events = server.polls = "refuse";
  const before = server.sockets.length;
  server.cut();
  await clock.advance(90_000);
  const attempts = server.sockets.length - before + server.requests.length;
  assert(attempts > 10 && attempts < 30, `${attempts} attempts`);
  assert(server.requests.length <= 4, `${server.requests.length} requests`);
  server.upgrades = server.events = server.polls = "accept";
  await clock.advance(8000);
  await scene.connected();
});

Deno.test("what worked before an outage is found again after it, also where it is no WebSocket", async () => {
  using scene = new StreamScene({ maxReconnectInterval: 8000 });
  const { server, clock } = scene;
  server.upgrades = "refuse";
  scene.listen("peers");
  await scene.nextAttempt();
  await scene.connected("sse");
  server.events = server.polls = "refuse";
  server.cut();
  await clock.advance(90_000);
  server.events = server.polls = "accept";
  await clock.advance(16_000);
  await scene.connected("sse");
});

Deno.test("an attempt that is waited for can be made at once", async () => {
  using scene = alone();
  await scene.connect();
  scene.server.cut();
  await until(() => scene.snapshot.retryAt !== undefined);
  scene.client.retry();
  await scene.connected();
  const { sockets } = scene.server;
  scene.client.retry();
  assertEquals(scene.server.sockets.length, sockets.length);
});

Deno.test("the server's word for why it closes is told until there is a connection again", async () => {
  using scene = alone();
  await scene.connect();
  scene.server.latest.push({ type: "error", code: "server_closing", message: "Server closing connection" });
  await until(() => scene.snapshot.error !== undefined);
  scene.server.latest.end(1001, "Server closing connection");
  await scene.state("reconnecting");
  assertEquals(scene.snapshot.code, "server_closing");
  await scene.nextAttempt();
  await scene.connected();
  assertEquals(scene.snapshot.code, undefined);
});
