import { assert, assertEquals, assertThrows } from "@std/assert";
import { StreamClient } from "../../../lib/client/mod.ts";
import { until } from "../../helpers/until.ts";
import { StreamScene } from "./stream_scene.ts";

const frames = ({ server }: StreamScene, type: string) =>
  server.frames.filter((frame) => frame["type"] === type);

Deno.test("a stream client connects with its first subscription, to /ws/stream, and asks for all streams in one frame", async () => {
  using scene = new StreamScene();
  await scene.clock.advance(1000);
  assertEquals([scene.server.sockets.length, scene.snapshot.state], [0, "connecting"]);
  scene.listen("peers");
  scene.listen("receipts");
  await scene.connected();
  await scene.subscribed("peers", "receipts");
  assertEquals(scene.server.sockets.map(({ url }) => url), ["ws://gateway.test:8080/ws/stream"]);
  assertEquals(scene.server.frames, [{ type: "subscribe", streams: ["peers", "receipts"] }]);
  assertEquals(scene.snapshot.simulated, true);
});

Deno.test("a stream client hands on what is published, in order", async () => {
  using scene = new StreamScene();
  await scene.connect("peers");
  for (let count = 0; count < 3; count++) await scene.publish("peers");
  assertEquals(scene.offsets("peers"), [1, 2, 3]);
});

Deno.test("a later listener gets the newest message at once, and shares the subscription", async () => {
  using scene = new StreamScene();
  await scene.connect("peers");
  await scene.publish("peers");
  await scene.publish("peers");
  const later: number[] = [];
  scene.client.subscribe("peers", ({ offset }) => later.push(offset));
  assertEquals(later, [2]);
  await scene.publish("peers");
  assertEquals(later, [2, 3]);
  assertEquals(frames(scene, "subscribe").length, 1);
});

Deno.test("later subscriptions go over the open connection", async () => {
  using scene = new StreamScene();
  await scene.connect("peers");
  scene.listen("gateway");
  await scene.subscribed("gateway");
  assertEquals(scene.server.sockets.length, 1);
  assertEquals(scene.server.frames.at(-1), { type: "subscribe", streams: ["gateway"] });
});

Deno.test("the last listener of a stream unsubscribes it at the server, an earlier one does not", async () => {
  using scene = new StreamScene();
  await scene.connect("receipts");
  const ends = [scene.listen("peers"), scene.listen("peers")];
  await scene.subscribed("peers");
  ends[0]?.();
  await scene.publish("peers");
  assertEquals(frames(scene, "unsubscribe"), []);
  ends[1]?.();
  await until(() => !scene.server.latest.streams.has("peers"));
  assertEquals(frames(scene, "unsubscribe"), [{ type: "unsubscribe", streams: ["peers"] }]);
});

Deno.test("a listener that is taken away and put back at once costs no frame", async () => {
  using scene = new StreamScene();
  const end = scene.listen("peers");
  await scene.connected();
  await scene.subscribed("peers");
  await scene.publish("peers");
  end();
  scene.listen("peers");
  await scene.clock.advance(0);
  assertEquals(scene.server.frames.length, 1);
  assertEquals(scene.offsets("peers"), [1, 1]);
});

Deno.test("with nobody listening the connection closes after a second, and not at once", async () => {
  using scene = new StreamScene();
  const end = scene.listen("peers");
  await scene.connected();
  end();
  await scene.clock.advance(900);
  assertEquals([scene.snapshot.state, scene.server.open.length], ["connected", 1]);
  await scene.clock.advance(100);
  assertEquals([scene.snapshot.state, scene.server.open.length, scene.clock.pending], ["closed", 0, 0]);
  scene.listen("peers");
  await scene.connected();
  assertEquals(scene.server.sockets.length, 2);
});

Deno.test("who comes within that second finds the connection open", async () => {
  using scene = new StreamScene();
  const end = scene.listen("peers");
  await scene.connected();
  end();
  await scene.clock.advance(900);
  scene.listen("receipts");
  await scene.clock.advance(5000);
  assertEquals([scene.snapshot.state, scene.server.sockets.length], ["connected", 1]);
});

Deno.test("a held connection is open without a subscription, also where the server waits for a first frame", async () => {
  using scene = new StreamScene();
  scene.server.welcomes = false;
  const end = scene.client.hold();
  await scene.connected();
  assertEquals(scene.server.frames, [{ type: "ping" }]);
  end();
  end();
  await scene.clock.advance(1000);
  assertEquals(scene.snapshot.state, "closed");
});

Deno.test("StreamClient.close() takes all listeners away, ends at once and leaves no timer", async () => {
  using scene = new StreamScene();
  await scene.connect("peers");
  const { latest } = scene.server;
  scene.client.close();
  assertEquals([scene.snapshot.state, latest.state], ["closed", "closed"]);
  await scene.clock.advance(60_000);
  assertEquals([scene.clock.pending, scene.server.sockets.length], [0, 1]);
});

Deno.test("StreamClient.close() ends a wait for the next attempt", async () => {
  using scene = new StreamScene();
  scene.server.upgrades = "refuse";
  scene.listen("peers");
  await scene.state("reconnecting");
  scene.client.close();
  await scene.clock.advance(0);
  assertEquals(scene.clock.pending, 0);
});

Deno.test("a stream client does not listen to a page when nobody listens to it", async () => {
  using scene = new StreamScene();
  scene.page.show(false);
  await scene.clock.advance(60_000);
  assertEquals([scene.clock.pending, scene.snapshot.state], [0, "connecting"]);
});

Deno.test("a snapshot is frozen, another object after a change, and the same without one", async () => {
  using scene = new StreamScene();
  const snapshots = new Set([scene.snapshot]);
  let told = 0;
  scene.client.onChange(() => {
    told += 1;
    assert(!snapshots.has(scene.snapshot) && Object.isFrozen(scene.snapshot));
    snapshots.add(scene.snapshot);
  });
  await scene.connect("peers");
  const before = scene.snapshot;
  await scene.publish("peers");
  assert(scene.snapshot === before && told === snapshots.size - 1);
});

Deno.test("what listeners throw keeps messages and news from no other, and the subscriber is told", async () => {
  using scene = new StreamScene();
  const told: string[] = [];
  const fail = () => {
    throw new Error("a bug of the page");
  };
  scene.client.onChange(fail);
  scene.client.subscribe("peers", fail, (error) => told.push(error));
  scene.client.subscribe("peers", fail, fail);
  await scene.connect("peers");
  await scene.publish("peers");
  await scene.publish("peers");
  assertEquals(told, Array(2).fill("A listener of peers failed: Error: a bug of the page"));
});

Deno.test("a listener that takes others away or adds some from within loses and doubles nothing", async () => {
  using scene = new StreamScene();
  const late: number[] = [];
  const taken: number[] = [];
  let end = () => {};
  scene.client.subscribe("peers", () => {
    end();
    if (late.length === 0) scene.client.subscribe("peers", ({ offset }) => late.push(offset));
  });
  end = scene.client.subscribe("peers", ({ offset }) => taken.push(offset));
  await scene.connect("peers");
  await scene.publish("peers");
  await scene.publish("peers");
  assertEquals([taken, late], [[], [1, 2]]);
});

Deno.test("a stream that the server does not have is told to its listeners, later ones too, and harms no other", async () => {
  using scene = new StreamScene();
  await scene.connect("peers");
  const listen = () => scene.listen("weather" as "peers");
  const ends = [listen()];
  await until(() => scene.errors.length === 1);
  ends.push(listen());
  assertEquals(scene.errors, ["Invalid stream name", "Invalid stream name"]);
  assertEquals([scene.snapshot.state, scene.snapshot.error], ["connected", "Invalid stream name"]);
  await scene.publish("peers");
  for (const end of ends) end();
  await until(() => scene.snapshot.error === undefined);
});

Deno.test("a stream whose source has gone is stale until it is back, or nobody listens to it", async () => {
  using scene = new StreamScene();
  scene.server.setStatus("peers", "stale");
  const end = scene.listen("peers");
  scene.listen("receipts");
  await until(() => scene.snapshot.stale["peers"] === "the node is down");
  scene.server.setStatus("peers", "live");
  await until(() => Object.keys(scene.snapshot.stale).length === 0);
  scene.server.setStatus("peers", "stale");
  await until(() => scene.snapshot.stale["peers"] !== undefined);
  end();
  await until(() => Object.keys(scene.snapshot.stale).length === 0);
});

for (
  const [url, socket, list] of [
    ["ws://localhost:8080", "ws://localhost:8080/ws/stream", "http://localhost:8080/api/v1/streams"],
    ["https://a.example/", "wss://a.example/ws/stream", "https://a.example/api/v1/streams"],
    [
      "wss://a.example/x/ws/stream?k=1",
      "wss://a.example/x/ws/stream?k=1",
      "https://a.example/x/api/v1/streams",
    ],
    ["http://a.example/ws", "ws://a.example/ws", "http://a.example/api/v1/streams"],
    ["http://a.example/feed", "ws://a.example/feed", "http://a.example/feed/api/v1/streams"],
  ] as const
) {
  Deno.test(`a stream client for ${url} connects to ${socket} and asks below ${list}`, async () => {
    const requests: string[] = [];
    using scene = new StreamScene({
      url,
      fetch(address) {
        requests.push(address);
        return Promise.reject(new TypeError("refused"));
      },
    });
    scene.server.upgrades = "refuse";
    scene.listen("peers");
    await scene.nextAttempt();
    await until(() => requests.length > 0);
    assertEquals([scene.server.sockets[0]?.url, requests[0]], [socket, list]);
    assert(!scene.snapshot.error?.includes("k=1"));
  });
}

Deno.test("a stream client refuses URLs and intervals that cannot be used", () => {
  for (const url of ["", "localhost:8080", "ftp://a.example"]) {
    assertThrows(() => new StreamClient({ url }), SyntaxError, "expected a ws://");
  }
  assertThrows(() => new StreamClient({ url: "ws://a.example", reconnectInterval: 0 }), RangeError);
});
