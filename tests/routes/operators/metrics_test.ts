import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { systemClock } from "../../../lib/protocol/mod.ts";
import { FaultyEngine } from "../../helpers/faulty_engine.ts";
import { defaultConfig } from "../../../lib/gateway/mod.ts";
import { metricNames, metricTable } from "../../../lib/telemetry/mod.ts";
import type { Label } from "../../../lib/telemetry/metric_definition.ts";
import { FakeClock, settle } from "../../helpers/fake_clock.ts";
import { adminToken, startGateway } from "../../helpers/gateway.ts";
import { httpRequest, JobScene, noise } from "../../helpers/job_scene.ts";
import { Scrape } from "../../helpers/metrics.ts";
import { Peer, testKey } from "../../helpers/peer.ts";
import { RawClient, rawStatus } from "../../helpers/raw_client.ts";
import { samplePrediction } from "../../helpers/samples.ts";
import { refusedUpgrade } from "../../helpers/raw_client.ts";
import { Scene } from "../../helpers/scene.ts";
import { StreamScene } from "../../helpers/streams.ts";
import { until, untilThere } from "../../helpers/until.ts";

/** Scrapes until a condition holds: what a client sees comes before what the server counts. */
async function scrapeUntil(url: string, holds: (scrape: Scrape) => boolean): Promise<Scrape> {
  return await untilThere(async () => {
    const scrape = await Scrape.of(url);
    return holds(scrape) ? scrape : undefined;
  }, `metrics: ${holds}`);
}

Deno.test("/metrics has every family of the table with its type and help, and no other", async () => {
  await using server = await startGateway();
  const { families, samples } = await Scrape.of(server.url);
  assertEquals([...families.keys()], [...metricNames]);
  for (const name of metricNames) {
    const { type, help } = metricTable[name];
    assertEquals(families.get(name), { type: type === "info" ? "gauge" : type, help });
    const suffixes = type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
    for (const suffix of suffixes) assert(samples.some((sample) => sample.name === name + suffix), name);
  }
});

Deno.test("a connection is counted while it is there, by what it is and how far", async () => {
  await using scene = await Scene.start();
  const { url, ws } = scene.server;
  const before = await Scrape.of(url);
  assertEquals(before.value("heliograph_connections"), 0);
  const stranger = await Peer.open(ws);
  const miner = await scene.connect();
  const viewer = await Peer.open(ws.replace(/ws$/, "ws/stream"));
  await viewer.next();
  const during = await Scrape.of(url);
  const states = (family: string, state: string) => during.value("heliograph_connections", { family, state });
  assertEquals([states("undecided", "pending"), states("miners", "open"), states("streams", "open")], [
    1,
    1,
    1,
  ]);
  assertEquals(during.value("heliograph_connections_accepted_total", { transport: "websocket" }), 3);
  assertEquals(during.value("heliograph_active_miners"), 1);
  assertEquals(during.value("heliograph_messages_received_total", { family: "miners" }), 1);
  assert(during.value("heliograph_received_bytes_total", { family: "miners" }) > 200);
  // The welcome, and the games.
  assertEquals(during.value("heliograph_messages_sent_total", { family: "miners" }), 2);
  assert(during.value("heliograph_sent_bytes_total", { family: "streams" }) > 100);
  await Promise.all([stranger.close(), miner.close(), viewer.close()]);
  const after = await scrapeUntil(url, (scrape) => scrape.value("heliograph_connections") === 0);
  assertEquals(after.value("heliograph_connections_closed_total", { by: "client" }), 3);
});

Deno.test("what a client was sent counts for what it was then, and goes on counting when it is gone", async () => {
  await using scene = await Scene.start();
  const { url, ws } = scene.server;
  const peer = await Peer.open(ws);
  peer.send("no message");
  await peer.next(({ type }) => type === "error");
  const sent = (scrape: Scrape) =>
    ["undecided", "streams"].map((family) => scrape.value("heliograph_messages_sent_total", { family }));
  assertEquals(sent(await Scrape.of(url)), [1, 0]);
  peer.send(JSON.stringify({ type: "ping" }));
  await peer.next(({ type }) => type === "pong");
  const open = await Scrape.of(url);
  assertEquals(sent(open), [1, 2]);
  await peer.close();
  const closed = await scrapeUntil(url, (scrape) => scrape.value("heliograph_connections") === 0);
  assertEquals(sent(closed), [1, 2]);
  const bytes = (scrape: Scrape) => scrape.value("heliograph_sent_bytes_total", { family: "streams" });
  assertEquals(bytes(closed), bytes(open));
});

Deno.test("a close is counted by who closed and with which code", async () => {
  await using scene = await Scene.start();
  const { url, ws } = scene.server;
  const dropped = await scene.connect();
  const [connection] = scene.server.gateway.hub.connections();
  await scene.server.admin("DELETE", `/admin/connections/${connection?.id}`);
  assertEquals((await dropped.ended).code, 1001);
  const odd = await Peer.open(ws);
  odd.socket.close(4321, "a code of my own");
  await odd.ended;
  const scrape = await scrapeUntil(
    url,
    (scrape) => scrape.value("heliograph_connections_closed_total") === 2,
  );
  assertEquals(scrape.value("heliograph_connections_closed_total", { by: "server", code: "1001" }), 1);
  assertEquals(scrape.value("heliograph_connections_closed_total", { by: "client", code: "other" }), 1);
});

Deno.test("a refused connection is counted by the reason", async () => {
  await using server = await startGateway({
    "websocket.max_connections": 1,
    "websocket.allowed_origins": ["https://example.org"],
  });
  const first = await Peer.open(server.ws);
  assertEquals((await refusedUpgrade(server.ws)).status, 503);
  await fetch(server.ws.replace("ws:", "http:")).then((answer) => answer.body?.cancel());
  const events = await fetch(`${server.url}/api/v1/streams/receipts/events`);
  await events.body?.cancel();
  assertEquals(events.status, 503);
  const { hostname, port } = new URL(server.url);
  using stray = await Deno.connect({ hostname, port: Number(port) });
  await stray.write(new TextEncoder().encode(
    "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: https://example.com\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
  ));
  const answer = new Uint8Array(1024);
  const size = await stray.read(answer) ?? 0;
  assertStringIncludes(new TextDecoder().decode(answer.subarray(0, size)), "403");
  const scrape = await Scrape.of(server.url);
  const refused = (reason: string) => scrape.value("heliograph_connections_refused_total", { reason });
  assertEquals(
    [refused("max_connections"), refused("upgrade_required"), refused("origin_not_allowed")],
    [2, 1, 1],
  );
  assertEquals(scrape.value("heliograph_connections_refused_total"), 4);
  assertEquals(scrape.value("heliograph_http_responses_total", { status: "5xx" }), 2);
  await first.close();
});

Deno.test("predictions are counted by how they came and what became of them", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  const predict = async (id: string, more: Parameters<typeof samplePrediction>[1] = {}) => {
    peer.send(scene.sign("prediction", samplePrediction(id, more)));
    await peer.next(({ type }) => type === "confirmation");
  };
  await predict("p1");
  await predict("p1");
  await predict("p1", { wager: 11 });
  await predict("p2", { game_id: "none" });
  assertEquals((await scene.submit(samplePrediction("p3"))).status, 200);
  const scrape = await Scrape.of(scene.server.url);
  const count = (way: string, result: string) =>
    scrape.value("heliograph_predictions_total", { way, result });
  assertEquals(
    ["accepted", "duplicate", "conflict", "refused", "failed"].map((result) => count("websocket", result)),
    [1, 1, 1, 1, 0],
  );
  const refused = (reason: string) => scrape.value("heliograph_predictions_refused_total", { reason });
  assertEquals([refused("conflict"), refused("unknown_game"), refused("wager_limit")], [1, 1, 0]);
  assertEquals([count("http", "accepted"), scrape.value("heliograph_predictions_total")], [1, 5]);
  assertEquals(scrape.value("heliograph_confirmation_latency_seconds_count"), 5);
  assertEquals(scrape.value("heliograph_confirmation_latency_seconds_bucket", { le: "+Inf" }), 5);
  assertEquals(scrape.value("heliograph_commit_predictions_sum"), 5);
  assert(scrape.value("heliograph_commit_duration_seconds_sum") > 0);
  assertEquals(scrape.value("heliograph_signature_duration_seconds_count", { operation: "verify" }), 6);
  assert(scrape.value("heliograph_signature_duration_seconds_count", { operation: "sign" }) >= 6);
  assert(scrape.value("heliograph_deliveries_total") >= 4);
  await peer.close();
});

Deno.test("a store that cannot commit shows in failures, failed predictions and the status", async () => {
  const faulty = FaultyEngine.opener();
  await using scene = await Scene.start({}, systemClock, faulty.open);
  {
    using _full = faulty.engine.refuse();
    assertEquals((await scene.submit(samplePrediction("p"))).status, 500);
  }
  const scrape = await Scrape.of(scene.server.url);
  assertEquals(scrape.value("heliograph_commit_failures_total"), 1);
  assertEquals(scrape.value("heliograph_predictions_total", { way: "http", result: "failed" }), 1);
  assertEquals(scrape.value("heliograph_status", { status: "offline" }), 1);
  assertEquals(scrape.value("heliograph_status"), 1);
});

Deno.test("an error that a client is told of is counted by its code", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  peer.send("not json");
  await peer.next(({ type }) => type === "error");
  const forged = scene.sign("prediction", samplePrediction("p"), { key: testKey(99) });
  assertEquals((await scene.post("/api/v1/predictions", forged)).status, 403);
  const scrape = await Scrape.of(scene.server.url);
  const errors = (way: string, code: string) => scrape.value("heliograph_errors_total", { way, code });
  assertEquals([errors("websocket", "invalid_message"), errors("http", "not_authorized")], [1, 1]);
  await peer.close();
});

Deno.test("a slow consumer is counted, and so is what waits for it until then", async () => {
  await using scene = await Scene.start({ "websocket.max_queue": 512 * 1024 });
  const { hub } = scene.server.gateway;
  using _client = await RawClient.open(scene.server.ws.replace(/ws$/, "ws/stream"));
  const [connection] = hub.connections();
  const frame = JSON.stringify("x".repeat(64 * 1024));
  for (let waiting = 0; waiting < 128 * 1024; waiting = connection?.queued ?? Infinity) {
    connection?.offer(frame, 1);
    await settle();
  }
  const queued = await Scrape.of(scene.server.url);
  assert(queued.value("heliograph_queue_bytes", { family: "streams" }) >= 64 * 1024);
  assert(queued.value("heliograph_largest_queue_bytes") >= 64 * 1024);
  while (connection?.isOpen) connection.offer(frame, 1);
  const scrape = await Scrape.of(scene.server.url);
  assertEquals(scrape.value("heliograph_slow_consumers_total", { family: "streams" }), 1);
});

Deno.test("the round trip of a heartbeat counts once, and only when one was sent", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({ "websocket.heartbeat_interval": 30 }, clock);
  const peer = await scene.connect();
  const answer = async () => {
    peer.send(scene.sign("heartbeat_response", {}));
    peer.send(scene.sign("heartbeat", {}));
    await peer.next(({ type }) => type === "heartbeat_ack");
  };
  await answer();
  const isAsked = () => peer.frames.some(({ type }) => type === "heartbeat");
  await until(isAsked, "a heartbeat", () => clock.advance(100));
  await clock.advance(200);
  await answer();
  await answer();
  const scrape = await Scrape.of(scene.server.url);
  assertEquals(scrape.value("heliograph_heartbeat_round_trip_seconds_count"), 1);
  const sum = scrape.value("heliograph_heartbeat_round_trip_seconds_sum");
  assert(sum >= 0.2 && sum < 2, `${sum} s`);
  await peer.close();
});

Deno.test("a node that fails shows in its polls, and the stream as stale and ageing", async () => {
  await using streams = await StreamScene.start();
  const { url } = streams.scene.server;
  const idle = await Scrape.of(url);
  assertEquals(idle.value("heliograph_stream_age_seconds"), 0);
  const peer = await streams.open();
  peer.send(JSON.stringify({ type: "subscribe", stream: "peers" }));
  await peer.next(({ type }) => type === "peers");
  streams.node.mode = "error";
  await streams.pass(20_000);
  await peer.next(({ type }) => type === "stream_status");
  const scrape = await Scrape.of(url);
  const peers = (name: string, labels = {}) => scrape.value(name, { stream: "peers", ...labels });
  assertEquals(peers("heliograph_upstream_polls_total", { result: "ok" }), 1);
  assertEquals(peers("heliograph_upstream_polls_total", { result: "error" }), 2);
  assertEquals(peers("heliograph_upstream_poll_duration_seconds_count"), 3);
  assertEquals([peers("heliograph_stream_stale"), peers("heliograph_stream_subscribers")], [1, 1]);
  assertEquals(peers("heliograph_stream_age_seconds"), 20);
  assertEquals(peers("heliograph_stream_publications_total"), 1);
  assertEquals(scrape.value("heliograph_stream_stale"), 1);
  await peer.close();
  await streams.listened("peers", 0);
  await streams.pass(40_000);
  assertEquals((await Scrape.of(url)).value("heliograph_stream_age_seconds"), 0);
});

Deno.test("a job is counted by its state while it lives and by its end, a session by its transport", async () => {
  await using scene = await JobScene.start({ "inscriptions.payment": "wait" });
  const { url } = scene.server;
  using peer = await scene.connect({ transports: ["websocket"] });
  const { body } = await scene.post(httpRequest(noise(100)));
  const waiting = await Scrape.of(url);
  assertEquals(waiting.value("heliograph_jobs", { status: "awaiting_payment" }), 1);
  assertEquals(waiting.value("heliograph_jobs_started_total"), 1);
  assertEquals(waiting.value("heliograph_socketio_sessions", { transport: "websocket" }), 1);
  assertEquals(waiting.value("heliograph_connections_accepted_total", { transport: "socketio" }), 1);
  await scene.call("DELETE", String(body["id"] ?? body["jobId"]));
  await peer.cut();
  const ended = await scrapeUntil(
    url,
    (scrape) =>
      scrape.value("heliograph_socketio_sessions") === 0 &&
      scrape.value("heliograph_jobs_ended_total", { status: "failed" }) === 1,
  );
  assertEquals(ended.value("heliograph_jobs"), 0);
  assertEquals(ended.value("heliograph_socketio_closes_total"), 1);
});

Deno.test("no label has a value that the table does not name, whatever clients send", async () => {
  await using scene = await Scene.start();
  const { url, ws } = scene.server;
  const evil = `evil"} 1\nheliograph_evil 1`;
  const peer = await Peer.open(ws.replace(/ws$/, "ws/stream"));
  peer.send(JSON.stringify({ type: evil }));
  peer.send(JSON.stringify({ type: "subscribe", stream: evil }));
  peer.send(evil);
  await peer.next(({ type }) => type === "error");
  peer.socket.close(4000, "evil");
  const stranger = await Peer.open(ws);
  stranger.send(JSON.stringify({ hotkey: evil, timestamp: evil, nonce: evil, signature: evil }));
  await stranger.next();
  for (
    const path of ["%22evil", "api/v1/streams/evil", "api/v1/evil", "socket.io/?EIO=evil&transport=evil"]
  ) {
    const answer = await fetch(`${url}/${path}`, {
      method: "POST",
      headers: { "x-api-key": "evil" },
      body: evil,
    });
    await answer.body?.cancel();
  }
  await stranger.close();
  const { text, samples } = await Scrape.of(url);
  assertEquals(text.includes("evil"), false);
  const { heliograph_build_info: _, ...others } = metricTable;
  for (const [name, { type, labels }] of Object.entries(others)) {
    const own = samples.filter((sample) => sample.name.replace(/_(?:bucket|sum|count)$/, "") === name);
    const named = new Map(labels.map(({ name, values }: Label) => [name, values]));
    for (const [label, value] of own.flatMap((sample) => Object.entries(sample.labels))) {
      if (type === "histogram" && label === "le") continue;
      assert(named.get(label)?.includes(value), `${name} ${label} ${value}`);
    }
  }
  await peer.ended;
});

Deno.test("two gateways in a process share no counts", async () => {
  await using one = await startGateway();
  await using other = await startGateway();
  const peer = await Peer.open(one.ws);
  const [first, second] = await Promise.all([Scrape.of(one.url), Scrape.of(other.url)]);
  const accepted = (scrape: Scrape) => scrape.value("heliograph_connections_accepted_total");
  assertEquals([accepted(first), accepted(second)], [1, 0]);
  await peer.close();
});

Deno.test("a scraper that asks for OpenMetrics gets it, and the next one Prometheus' own format again", async () => {
  await using server = await startGateway();
  const accept = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4";
  const open = await fetch(`${server.url}/metrics`, { headers: { accept } });
  assertEquals(
    open.headers.get("content-type"),
    "application/openmetrics-text; version=1.0.0; charset=utf-8",
  );
  const text = await open.text();
  assertStringIncludes(text, "# TYPE heliograph_deliveries counter\nheliograph_deliveries_total 0\n");
  assert(text.endsWith("# EOF\n"));
  const plain = await fetch(`${server.url}/metrics`);
  assertEquals(plain.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assertStringIncludes(await plain.text(), "# TYPE heliograph_deliveries_total counter\n");
});

Deno.test("a page whose own name was made to lead to this machine does not get its metrics", async () => {
  await using server = await startGateway();
  const ask = (host: string, more = "") =>
    rawStatus(server.url, `GET /metrics HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`);
  const own = [
    "127.0.0.1:1",
    "127.1.2.3",
    "localhost",
    "LOCALHOST:80",
    "gateway.localhost:1",
    "[::1]:1",
    "192.0.2.1",
  ];
  for (const host of own) assertEquals(await ask(host), 200, host);
  for (
    const host of ["evil.example:1", "localhost.evil.example", "127.0.0.1.evil.example", "evillocalhost"]
  ) {
    assertEquals(await ask(host), 403, host);
    assertEquals(await ask(host, `Authorization: Bearer ${adminToken}\r\n`), 200, host);
  }
});

Deno.test("metrics are for this machine and for the admin token, unless the configuration says otherwise", async () => {
  const ask = async (access: "local" | "all" | "off", headers: Record<string, string> = {}) => {
    await using server = await startGateway({ "metrics.access": access });
    const answer = await fetch(`${server.url}/metrics`, { headers });
    await answer.body?.cancel();
    return answer.status;
  };
  const proxied = { "x-forwarded-for": "192.0.2.1" };
  assertEquals(defaultConfig()["metrics.access"], "local");
  assertEquals(await ask("local"), 200);
  assertEquals(await ask("local", proxied), 403);
  assertEquals(await ask("local", { ...proxied, authorization: `Bearer ${adminToken}` }), 200);
  assertEquals(await ask("local", { ...proxied, authorization: "Bearer wrong" }), 403);
  assertEquals(await ask("all", proxied), 200);
  assertEquals(await ask("off"), 404);
});
