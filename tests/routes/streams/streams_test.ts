import { assert, assertEquals, assertMatch } from "@std/assert";
import { settle } from "../../helpers/fake_clock.ts";
import { fakeReceipt } from "../../helpers/fake_node.ts";
import { dataOf } from "../../helpers/scene.ts";
import { StreamScene } from "../../helpers/streams.ts";
import { endingOf } from "../../helpers/told.ts";
import { until } from "../../helpers/until.ts";
import { Priority } from "../../../lib/hub/mod.ts";

Deno.test("the list names the streams, how they do, and whether their data is made up", async () => {
  await using gateway = await StreamScene.start();
  const { body } = await gateway.get("");
  assertEquals(body["simulated"], false);
  const streams = body["streams"] as Record<string, unknown>[];
  assertEquals(
    streams.map(({ name, period_ms, offset, status, subscribers }) => [
      name,
      period_ms,
      offset,
      status,
      subscribers,
    ]),
    [
      ["network_metrics", 2000, 0, "live", 0],
      ["markets_health", 5000, 0, "live", 0],
      ["receipts", 3000, 0, "live", 0],
      ["peers", 10_000, 0, "live", 0],
    ],
  );
});

Deno.test("the newest value is polled for where nobody listens, and not more often than its period", async () => {
  await using gateway = await StreamScene.start();
  const { status, body, headers } = await gateway.get("/network_metrics");
  assertEquals([status, body["type"], body["offset"], body["status"]], [200, "network_metrics", 1, "live"]);
  assertEquals([typeof body["epoch"], dataOf(body as never)["block_height"]], ["string", 123_456]);
  assertEquals([headers.get("cache-control"), headers.get("access-control-allow-origin")], ["no-store", "*"]);
  await Promise.all(Array.from({ length: 20 }, () => gateway.get("/network_metrics")));
  assertEquals(gateway.node.requests.length, 1);
  const receipts = await gateway.get("/receipts");
  assertEquals(dataOf(receipts.body as never)["count"], 2);
});

Deno.test("the newest value of a node that fails is the last one known, marked stale, or 503 where there is none", async () => {
  await using gateway = await StreamScene.start();
  gateway.node.mode = "error";
  const none = await gateway.get("/peers");
  assertEquals([none.status, (none.body["error"] as { code: string }).code], [503, "stale"]);
  gateway.node.mode = "normal";
  await gateway.pass(10_000);
  assertEquals((await gateway.get("/peers")).body["status"], "live");
  gateway.node.mode = "error";
  await gateway.pass(60_000);
  const last = await gateway.get("/peers");
  assertEquals([last.status, last.body["status"], last.body["offset"]], [200, "stale", 1]);
  assert(String(last.body["message"]).includes("the node is syncing"));
});

Deno.test("a stream that there is not is answered with 404, a query that is none with 400", async () => {
  await using gateway = await StreamScene.start();
  for (
    const [path, status, code] of [
      ["/nonsense", 404, "unknown_stream"],
      ["/constructor", 404, "unknown_stream"],
      ["/nonsense/events", 404, "unknown_stream"],
      ["/events?streams=peers,nonsense", 404, "unknown_stream"],
      ["/events", 400, "invalid_request"],
      [`/events?streams=${Array(33).fill("peers").join()}`, 400, "invalid_request"],
      ["/peers?since=-1", 400, "invalid_request"],
      ["/peers?since=1&wait=soon", 400, "invalid_request"],
    ] as const
  ) {
    const answer = await gateway.get(path);
    assertEquals([answer.status, (answer.body["error"] as { code: string }).code], [status, code], path);
  }
  const { message } = (await gateway.get("/nonsense")).body;
  assertMatch(String(message), /^Invalid stream name; there are network_metrics, .*peers/);
});

Deno.test("a long poll waits for what is new, polling meanwhile, and answers in order and without a gap", async () => {
  await using gateway = await StreamScene.start();
  const first = (await gateway.get("/network_metrics?wait=0")).body;
  assertEquals([first["recovered"], (first["messages"] as unknown[]).length, first["offset"]], [null, 1, 1]);
  const waiting = gateway.get(`/network_metrics?since=1&epoch=${first["epoch"]}&wait=60`);
  await settle();
  await gateway.pass(4000);
  const { body } = await waiting;
  assertEquals([body["recovered"], body["status"]], [true, "live"]);
  const offsets = (body["messages"] as { offset: number }[]).map(({ offset }) => offset);
  assertEquals(offsets, [2]);
  await gateway.pass(4000);
  const later = (await gateway.get(`/network_metrics?since=1&epoch=${first["epoch"]}&wait=0`)).body;
  const all = (later["messages"] as { offset: number }[]).map(({ offset }) => offset);
  assertEquals(all, Array.from({ length: all.length }, (_, index) => index + 2));
  assert(all.length >= 2);
});

Deno.test("a long poll ends when its time is over, without news", async () => {
  await using gateway = await StreamScene.start();
  await gateway.get("/receipts");
  const waiting = gateway.get("/receipts?since=1&wait=7");
  await settle();
  await gateway.pass(7000);
  const { body } = await waiting;
  assertEquals([body["messages"], body["offset"], body["recovered"]], [[], 1, true]);
});

Deno.test("a long poll from a position that is not known any more gets the newest state at once", async () => {
  await using gateway = await StreamScene.start();
  await gateway.get("/receipts");
  for (const query of ["since=1&epoch=another&wait=60", "since=9&wait=60"]) {
    const { body } = await gateway.get(`/receipts?${query}`);
    const [message] = body["messages"] as [{ data: { count: number } }];
    assertEquals([body["recovered"], message.data.count], [false, 2]);
  }
});

Deno.test("server-sent events bring a comment at once, the newest value, and what is new, each with its id", async () => {
  await using gateway = await StreamScene.start();
  await using events = await gateway.events("/network_metrics/events");
  assertEquals(events.response.headers.get("content-type"), "text/event-stream");
  assertEquals(events.response.headers.get("cache-control"), "no-store, no-transform");
  assertEquals(events.response.headers.get("x-accel-buffering"), "no");
  const subscribed = await events.next();
  assertEquals(events.others, [": connected\nretry: 2000"]);
  assertEquals([subscribed?.event, subscribed?.id], ["subscribed", undefined]);
  const { epoch } = subscribed?.data ?? {};
  const first = await events.next();
  assertEquals([first?.event, first?.id, first?.data["offset"]], ["network_metrics", `${epoch}:1`, 1]);
  await gateway.pass(2000);
  assertEquals((await events.next())?.id, `${epoch}:2`);
});

Deno.test("comments keep an event stream alive that has nothing to tell", async () => {
  await using gateway = await StreamScene.start();
  await using events = await gateway.events("/peers/events");
  await events.next();
  await events.next();
  gateway.node.mode = "error";
  await gateway.pass(40_000);
  assertEquals((await events.next())?.event, "stream_status");
  gateway.node.mode = "normal";
  await gateway.pass(10_000);
  assertEquals((await events.next())?.data["status"], "live");
  assertEquals(events.others.slice(1), [":", ":", ":"].slice(0, events.others.length - 1));
  assert(events.others.length >= 3);
});

Deno.test("an event stream goes on after the Last-Event-ID, exactly", async () => {
  await using gateway = await StreamScene.start();
  const { epoch } = (await gateway.get("/network_metrics")).body;
  await gateway.pass(4000);
  for (const path of ["/network_metrics/events", `/network_metrics/events?last_event_id=${epoch}:1`]) {
    await using events = await gateway.events(path, path.includes("?") ? undefined : `${epoch}:1`);
    assertEquals((await events.next())?.data["recovered"], true);
    assertEquals((await events.next())?.id, `${epoch}:2`);
  }
  await using lost = await gateway.events("/network_metrics/events", "another:1");
  assertEquals((await lost.next())?.data["recovered"], false);
  assertEquals((await lost.next())?.event, "network_metrics");
  await using malformed = await gateway.events("/network_metrics/events", "::::");
  assertEquals((await malformed.next())?.data["recovered"], null);
});

Deno.test("several streams come as one event stream, whose ids say where the client stands in each", async () => {
  await using gateway = await StreamScene.start();
  const names = "network_metrics,receipts,peers";
  const events = await gateway.events(`/events?streams=${names}`);
  const seen = [];
  while (seen.length < 6) seen.push(await events.next());
  const last = seen.at(-1)?.id ?? "";
  assertEquals(last.split(":")[1], "1.1.1");
  await events[Symbol.asyncDispose]();
  await gateway.listened("receipts", 0);
  gateway.node.receipts = [fakeReceipt(3), fakeReceipt(2), fakeReceipt(1)];
  await gateway.pass(3000);
  await using again = await gateway.events(`/events?streams=${names}`, last);
  const after = [];
  while (after.filter((event) => event?.event === "receipts").length < 1) after.push(await again.next());
  const recovered = after.filter((event) => event?.event === "subscribed").map((event) =>
    event?.data["recovered"]
  );
  assertEquals(recovered, [true, true, true].slice(0, recovered.length));
  const receipts = after.at(-1)?.data["data"] as { receipts: { id: string }[] };
  assertEquals(receipts.receipts.map(({ id }) => id), ["receipt_3"]);
});

Deno.test("an event stream that its client has left is let go of", async () => {
  await using gateway = await StreamScene.start();
  const events = await gateway.events("/peers/events");
  await events.next();
  const { hub } = gateway.scene.server.gateway;
  assertEquals(hub.families().events, 1);
  await events[Symbol.asyncDispose]();
  await until(() => hub.size === 0, "the end of all connections");
  await gateway.listened("peers", 0);
});

Deno.test("an event stream ends before its client could be dead for long, and goes on where it was", async () => {
  await using gateway = await StreamScene.start({ "websocket.connection_timeout": 300 });
  await using events = await gateway.events("/peers/events");
  const { hub, clock } = gateway.scene.server.gateway;
  const opened = clock.elapsed();
  let [last, next] = [await events.next(), await events.next()];
  while (next !== undefined) {
    last = next;
    next = undefined;
    const coming = events.next().then((event) => next = event);
    await until(() => next !== undefined || hub.size === 0, "an event, or the end", () => gateway.pass(1000));
    await coming;
  }
  const age = clock.elapsed() - opened;
  assert(age >= 225_000 && age <= 300_000, `ended after ${age} ms`);
  assertEquals(events.others.at(-2), "retry: 100");
  const { ending } = await endingOf(gateway.scene.server, "renewed");
  assertEquals(ending?.by, "server");
  await using again = await gateway.events("/peers/events", last?.id);
  assertEquals((await again.next())?.data["recovered"], true);
});

Deno.test("clients of event streams that came together are not sent back together", async () => {
  await using gateway = await StreamScene.start({ "websocket.connection_timeout": 300 });
  gateway.node.mode = "error";
  const many = await Promise.all(Array.from({ length: 20 }, () => gateway.events("/peers/events")));
  const { hub } = gateway.scene.server.gateway;
  const sizes = new Set<number>();
  await until(() => hub.size === 0, "the end of all", async () => {
    await gateway.pass(1000);
    sizes.add(hub.size);
  });
  assert(sizes.size > 4, [...sizes].join());
  await Promise.all(many.map((events) => events[Symbol.asyncDispose]()));
});

Deno.test("an event stream that is not read takes room from its own address alone until its client is gone", async () => {
  await using gateway = await StreamScene.start({ "websocket.max_queue": 1024 });
  const { hub } = gateway.scene.server.gateway;
  const { hostname, port } = new URL(gateway.scene.server.url);
  const client = await Deno.connect({ hostname, port: Number(port) });
  await client.write(
    new TextEncoder().encode("GET /api/v1/streams/peers/events HTTP/1.1\r\nHost: localhost\r\n\r\n"),
  );
  await until(() => hub.size === 1, "the connection");
  const [connection] = hub.connections();
  if (connection === undefined) throw new Error("no connection");
  const { place } = connection;
  const filler = new TextEncoder().encode(`:${"x".repeat(2 ** 16)}\n\n`);
  await until(() => !connection.isOpen, "the connection to be too slow", async () => {
    connection.offer(filler, Priority.update);
    await settle();
  });
  assertEquals([hub.size, hub.places.taken, place.hold()], [0, 0, true]);
  place.letGo();
  client.close();
  await until(() => !place.hold() || place.letGo() !== undefined, "the place to be free");
});

Deno.test("event streams count as connections, and one too many is refused", async () => {
  await using gateway = await StreamScene.start({ "websocket.max_connections": 1 });
  await using _events = await gateway.events("/peers/events");
  const refused = await gateway.get("/peers/events");
  assertEquals([refused.status, (refused.body["error"] as { code: string }).code], [503, "max_connections"]);
  assert(Number(refused.headers.get("retry-after")) > 0);
});

Deno.test("a server that drains tells event streams when to come back, ends them, and answers long polls", async () => {
  const gateway = await StreamScene.start();
  const events = await gateway.events("/peers/events");
  await events.next();
  await events.next();
  await gateway.get("/receipts");
  const waiting = gateway.get("/receipts?since=1&wait=60");
  await settle();
  const stopped = gateway.scene.stop();
  const refused = await events.next();
  assertEquals([refused?.event, refused?.data["code"]], ["refused", "server_closing"]);
  assert(Number(refused?.data["retry_after_ms"]) > 0);
  assertEquals(await events.next(), undefined);
  assertEquals((await waiting).body["messages"], []);
  await stopped;
  await gateway.node[Symbol.asyncDispose]();
});

Deno.test("only allowed origins may read streams from a page", async () => {
  await using gateway = await StreamScene.start({ "websocket.allowed_origins": ["https://good.example"] });
  for (
    const [origin, allowed] of [["https://good.example", "https://good.example"], [
      "https://bad.example",
      null,
    ]]
  ) {
    const { headers } = await gateway.get("/peers", { headers: { origin: origin ?? "" } });
    assertEquals(headers.get("access-control-allow-origin"), allowed ?? null);
  }
});
