import { assert, assertEquals } from "@std/assert";
import type { Passage } from "./fake_stream_server.ts";
import { StreamScene } from "./stream_scene.ts";
import { until } from "../../helpers/until.ts";

/** A client whose server is reached in some ways only. */
function reached(upgrades: Passage, events: Passage = "accept", options = {}): StreamScene {
  const scene = new StreamScene(options);
  scene.server.upgrades = upgrades;
  scene.server.events = events;
  return scene;
}

const polls = ({ server }: StreamScene) => server.requests.filter((request) => request.includes("wait="));
const eventRequests = ({ server }: StreamScene) =>
  server.requests.filter((request) => request.includes("/events"));

Deno.test("a connection that opens but brings no frame in 10 s leads to server-sent events at once", async () => {
  using scene = reached("swallow");
  scene.listen("peers");
  scene.listen("receipts");
  await scene.clock.advance(9900);
  assertEquals(scene.server.requests, []);
  await scene.clock.advance(100);
  await scene.connected("sse");
  assertEquals(scene.server.requests, [
    "/api/v1/streams",
    "/api/v1/streams/events?streams=peers%2Creceipts",
  ]);
  await scene.publish("peers");
  await scene.publish("receipts");
  await until(() => scene.snapshot.simulated === true);
});

Deno.test("two failed attempts in a row lead to server-sent events, one does not", async () => {
  using scene = reached("refuse");
  scene.listen("peers");
  await scene.state("reconnecting");
  assertEquals([scene.server.requests, scene.snapshot.transport], [[], undefined]);
  await scene.nextAttempt();
  await scene.connected("sse");
  assertEquals(scene.server.sockets.length, 2);
});

Deno.test("with fallback: false there are no requests, however often it fails", async () => {
  using scene = reached("swallow", "accept", { fallback: false });
  scene.listen("peers");
  await scene.clock.advance(600_000);
  assertEquals([scene.server.requests, scene.snapshot.state], [[], "reconnecting"]);
  assert(scene.server.sockets.length > 10);
});

Deno.test("without a WebSocket class server-sent events serve from the start", async () => {
  const WebSocket = globalThis.WebSocket;
  Reflect.deleteProperty(globalThis, "WebSocket");
  try {
    const { clock, server } = new StreamScene();
    using scene = new StreamScene({ clock, fetch: server.fetch, WebSocket: undefined });
    scene.listen("peers");
    await scene.connected("sse");
    await clock.advance(600_000);
    assertEquals(server.sockets, []);
  } finally {
    globalThis.WebSocket = WebSocket;
  }
});

Deno.test("server-sent events that bring nothing in 10 s, not even a comment, lead to long polls", async () => {
  using scene = reached("swallow", "swallow");
  scene.listen("peers");
  await scene.clock.advance(19_900);
  assertEquals(polls(scene), []);
  await scene.clock.advance(100);
  await scene.connected("poll");
  await scene.publish("peers");
  await scene.publish("peers");
  assertEquals(polls(scene).slice(0, 3), [
    "/api/v1/streams/peers?wait=0",
    "/api/v1/streams/peers?wait=25&since=0&epoch=e1",
    "/api/v1/streams/peers?wait=25&since=1&epoch=e1",
  ]);
});

Deno.test("server-sent events that fail twice lead to long polls", async () => {
  using scene = reached("swallow", "refuse");
  scene.listen("peers");
  await scene.clock.advance(10_000);
  await scene.state("reconnecting");
  assertEquals(polls(scene), []);
  await scene.nextAttempt();
  await scene.connected("poll");
  assertEquals(eventRequests(scene).length, 2);
});

Deno.test("an answer that is no event stream is a failure", async () => {
  using scene = reached("swallow", "accept");
  scene.server.onRequest = (path) =>
    path.includes("/events") ? new Response("<html>Log in</html>") : undefined;
  scene.listen("peers");
  await scene.clock.advance(10_000);
  await until(() => scene.snapshot.retryAt !== undefined);
  await scene.nextAttempt();
  await scene.connected("poll");
});

Deno.test("at most four polls are under way at once, and every stream has its turn", async () => {
  using scene = reached("swallow", "swallow");
  const names = ["network_metrics", "markets_health", "receipts", "peers", "gateway"] as const;
  for (const name of names) scene.listen(name);
  await scene.clock.advance(20_000);
  await scene.connected("poll");
  for (let round = 0; round < 3; round++) {
    for (const name of names) scene.server.publish(name);
    await scene.clock.advance(26_000);
  }
  assertEquals(scene.server.mostPolls, 4);
  for (const name of names) assertEquals(scene.offsets(name).at(-1), 3, name);
});

Deno.test("a server that does not hold polls is asked once a second", async () => {
  using scene = reached("swallow", "swallow");
  scene.listen("peers");
  const body = { epoch: "e1", offset: 7, recovered: true, status: "live", messages: [] };
  scene.server.onRequest = (path) => path.includes("wait=") ? Response.json(body) : undefined;
  await scene.clock.advance(20_000);
  await scene.connected("poll");
  const before = polls(scene).length;
  await scene.clock.advance(10_000);
  assertEquals(polls(scene).length - before, 10);
  assertEquals(polls(scene).at(-1), "/api/v1/streams/peers?wait=25&since=7&epoch=e1");
});

Deno.test("a WebSocket is tried again in growing intervals, and taken when it brings frames", async () => {
  using scene = reached("refuse");
  scene.listen("peers");
  await scene.nextAttempt();
  await scene.connected("sse");
  const times: number[] = [];
  for (let probe = 0; probe < 6; probe++) {
    const [before, start] = [scene.server.sockets.length, scene.clock.now()];
    await until(() => scene.server.sockets.length > before, "a probe", async () => {
      scene.server.eventStreams.raw(":\n\n");
      await scene.clock.advance(15_000);
    });
    times.push((scene.clock.now() - start) / 1000);
  }
  assertEquals(times, [45, 75, 135, 165, 165, 165]);
  await scene.publish("peers");
  scene.server.upgrades = "accept";
  await until(() => scene.snapshot.transport !== "sse", "another transport", async () => {
    scene.server.eventStreams.raw(":\n\n");
    await scene.clock.advance(1000);
  });
  await scene.connected("websocket");
  await scene.publish("peers");
  assertEquals(scene.offsets("peers"), [1, 2]);
  assertEquals([scene.server.eventStreams.size, scene.snapshot.reconnects], [0, 1]);
});

Deno.test("a WebSocket that opens without frames does not take the place of what works", async () => {
  using scene = reached("refuse", "refuse");
  scene.listen("peers");
  await scene.nextAttempt();
  await scene.nextAttempt();
  await scene.connected("poll");
  scene.server.upgrades = "swallow";
  const before = scene.server.sockets.length;
  await scene.clock.advance(60_000);
  assert(scene.server.sockets.length > before);
  assertEquals([scene.snapshot.transport, scene.server.open], ["poll", []]);
  await scene.publish("peers");
});

Deno.test("while nothing gets through, all ways are tried again and again, the WebSocket first", async () => {
  using scene = reached("refuse", "refuse");
  scene.server.polls = "refuse";
  scene.listen("peers");
  await scene.clock.advance(120_000);
  assertEquals([scene.snapshot.state, scene.snapshot.transport], ["reconnecting", undefined]);
  const before = scene.server.sockets.length;
  scene.server.upgrades = "accept";
  await scene.nextAttempt();
  await scene.connected("websocket");
  assertEquals(scene.server.sockets.length, before + 1);
});

Deno.test("server-sent events that end are asked for again from the last position", async () => {
  using scene = reached("swallow");
  scene.listen("peers");
  scene.listen("receipts");
  await scene.clock.advance(10_000);
  await scene.connected("sse");
  await scene.publish("peers");
  scene.server.cut();
  scene.server.publish("peers");
  await scene.nextAttempt();
  await scene.connected("sse");
  await scene.publish("peers");
  assertEquals(scene.offsets("peers"), [1, 2, 3]);
  assert(eventRequests(scene).at(-1)?.endsWith("?streams=peers%2Creceipts&last_event_id=e1%3A1."));
});

Deno.test("a stream that is added to server-sent events begins with its newest value, the others go on", async () => {
  using scene = reached("swallow");
  const end = scene.listen("peers");
  await scene.clock.advance(10_000);
  await scene.connected("sse");
  await scene.publish("peers");
  scene.server.publish("receipts");
  scene.server.publish("receipts");
  scene.listen("receipts");
  await until(() => scene.offsets("receipts").length === 1);
  assertEquals([scene.offsets("receipts"), scene.offsets("peers")], [[2], [1]]);
  end();
  await until(() => eventRequests(scene).at(-1)?.endsWith("?streams=receipts&last_event_id=e1%3A2") === true);
  assertEquals(scene.server.eventStreams.size, 1);
});

Deno.test("a gap in server-sent events is filled by asking from the known position", async () => {
  using scene = reached("swallow");
  scene.listen("peers");
  await scene.clock.advance(10_000);
  await scene.connected("sse");
  await scene.publish("peers");
  const { eventStreams } = scene.server;
  await until(() => eventStreams.size === 1);
  const publish = eventStreams.publish;
  eventStreams.publish = () => {};
  scene.server.publish("peers");
  eventStreams.publish = publish;
  await scene.publish("peers");
  assertEquals(scene.offsets("peers"), [1, 2, 3]);
});

Deno.test("what comes in one piece with a gap waits for what is missing", async () => {
  using scene = reached("swallow");
  scene.listen("peers");
  await scene.clock.advance(10_000);
  await scene.connected("sse");
  await scene.publish("peers");
  const { eventStreams } = scene.server;
  const publish = eventStreams.publish;
  eventStreams.publish = () => {};
  for (let count = 0; count < 3; count++) scene.server.publish("peers");
  eventStreams.publish = publish;
  const events = [3, 4].map((offset) => {
    return `id: e1:${offset}\ndata: ${JSON.stringify(scene.server.message("peers", offset))}\n\n`;
  });
  eventStreams.raw(events.join(""));
  await until(() => scene.offsets("peers").at(-1) === 4);
  assertEquals(scene.offsets("peers"), [1, 2, 3, 4]);
});

Deno.test("server-sent events that fall silent for a minute are asked for again", async () => {
  using scene = reached("swallow");
  scene.listen("peers");
  await scene.clock.advance(10_000);
  await scene.connected("sse");
  for (let count = 0; count < 5; count++) {
    await scene.clock.advance(15_000);
    scene.server.eventStreams.raw(":\n\n");
  }
  assertEquals([eventRequests(scene).length, scene.snapshot.transport], [1, "sse"]);
  await scene.clock.advance(62_000);
  await scene.connected("sse");
  assertEquals(eventRequests(scene).length, 2);
});

Deno.test("server-sent events that the server ends after a while are asked for again at once, without a failure", async () => {
  using scene = reached("swallow");
  scene.listen("peers");
  await scene.clock.advance(10_000);
  await scene.connected("sse");
  await scene.publish("peers");
  await scene.clock.advance(15_000);
  scene.server.eventStreams.end();
  scene.server.publish("peers");
  await until(() => eventRequests(scene).length === 2, "another request");
  await scene.publish("peers");
  assertEquals([scene.offsets("peers"), scene.snapshot.state], [[1, 2, 3], "connected"]);
});

Deno.test("server-sent events that bring nothing once a stream was added lead to long polls", async () => {
  using scene = reached("swallow");
  scene.listen("peers");
  await scene.clock.advance(10_000);
  await scene.connected("sse");
  await scene.publish("peers");
  scene.server.events = "swallow";
  scene.listen("receipts");
  await scene.clock.advance(10_000);
  await scene.connected("poll");
  await scene.publish("peers");
  assertEquals(scene.offsets("peers"), [1, 2]);
});

Deno.test("server-sent events that end again and again do not put off the next WebSocket", async () => {
  using scene = reached("refuse");
  scene.listen("peers");
  await scene.nextAttempt();
  await scene.connected("sse");
  const before = scene.server.sockets.length;
  for (let count = 0; count < 5; count++) {
    await scene.clock.advance(15_000);
    scene.server.cut();
    if (scene.snapshot.retryAt !== undefined) await scene.nextAttempt();
  }
  assert(scene.server.sockets.length > before);
  scene.client.close();
  await scene.clock.advance(0);
  assertEquals(scene.clock.pending, 0);
});

Deno.test("a WebSocket that is tried while the last other way fails is the next attempt", async () => {
  using scene = reached("refuse", "refuse");
  scene.listen("peers");
  await scene.nextAttempt();
  await scene.nextAttempt();
  await scene.connected("poll");
  scene.server.upgrades = "swallow";
  const before = scene.server.sockets.length;
  await until(
    () => scene.server.sockets.length !== before,
    "another connection",
    () => scene.clock.advance(1000),
  );
  scene.server.polls = "refuse";
  scene.server.publish("peers");
  await scene.clock.advance(8500);
  assertEquals(scene.server.sockets.length, before + 1);
  assertEquals([scene.snapshot.state, scene.snapshot.retryAt], ["reconnecting", undefined]);
});

Deno.test("a server that closes says over HTTP when to come back", async () => {
  using scene = reached("swallow");
  scene.listen("peers");
  await scene.clock.advance(10_000);
  await scene.connected("sse");
  scene.server.onRequest = () => {
    const error = { code: "server_closing", message: "Server closing connection" };
    return Response.json({ error }, { status: 503, headers: { "retry-after": "7" } });
  };
  for (let attempt = 0; attempt < 4; attempt++) {
    scene.server.cut();
    await until(() => scene.snapshot.retryAt !== undefined);
    await scene.nextAttempt();
    await until(() => scene.snapshot.retryAt === scene.clock.now() + 7000);
  }
  scene.server.onRequest = undefined;
  await scene.nextAttempt();
  await scene.connected("sse");
});

for (const events of ["accept", "swallow"] as const) {
  const transport = events === "accept" ? "sse" : "poll";

  Deno.test(`over ${transport}, a stream that the server does not have harms no other`, async () => {
    using scene = reached("swallow", events);
    scene.listen("peers");
    scene.listen("weather" as "peers");
    await scene.clock.advance(20_000);
    await scene.connected(transport);
    await until(() => scene.errors.length === 1);
    await scene.publish("peers");
    assertEquals([scene.errors, scene.snapshot.state], [["Invalid stream name"], "connected"]);
  });

  Deno.test(`over ${transport}, a client with no stream but one the server does not have is connected`, async () => {
    using scene = reached("swallow", events);
    scene.listen("weather" as "peers");
    await scene.clock.advance(20_000);
    await until(() => scene.errors.length === 1);
    await until(() => scene.snapshot.state === "connected");
  });

  Deno.test(`over ${transport}, a source that has gone is told, and that it is back`, async () => {
    using scene = reached("swallow", events);
    scene.server.setStatus("peers", "stale");
    scene.listen("peers");
    await scene.clock.advance(20_000);
    await scene.connected(transport);
    scene.server.setStatus("peers", "stale");
    await until(() => scene.snapshot.stale["peers"] !== undefined);
    scene.server.setStatus("peers", "live");
    scene.server.publish("peers");
    await until(() => scene.snapshot.stale["peers"] === undefined);
  });

  Deno.test(`over ${transport}, the newest value of another epoch is taken after a restart`, async () => {
    using scene = reached("swallow", events);
    scene.listen("peers");
    await scene.clock.advance(20_000);
    await scene.connected(transport);
    await scene.publish("peers");
    await scene.publish("peers");
    scene.server.restart("e2");
    scene.server.publish("peers");
    await scene.clock.advance(60_000);
    assertEquals(scene.offsets("peers"), [1, 2, 1]);
  });

  Deno.test(`over ${transport}, a held connection is connected without a stream, and takes one`, async () => {
    using scene = reached("refuse", events);
    scene.client.hold();
    await scene.nextAttempt();
    await until(() => scene.snapshot.state === "connected");
    scene.listen("peers");
    await scene.clock.advance(20_000);
    await scene.connected(transport);
    await scene.publish("peers");
  });

  Deno.test(`over ${transport}, StreamClient.close() leaves no timer and no request`, async () => {
    using scene = reached("swallow", events);
    scene.listen("peers");
    await scene.clock.advance(20_000);
    await scene.connected(transport);
    scene.client.close();
    await scene.clock.advance(0);
    assertEquals([scene.clock.pending, scene.server.eventStreams.size], [0, 0]);
  });
}
