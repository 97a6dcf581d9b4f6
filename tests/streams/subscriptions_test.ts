import { assert, assertEquals } from "@std/assert";
import { inflateRawSync } from "node:zlib";
import { streamNames } from "../../lib/protocol/mod.ts";
import { networkStrength } from "../../lib/streams/network_metrics.ts";
import type { FakeClock } from "../helpers/fake_clock.ts";
import { fakeMarketsHealth, fakeReceipt, FakeRpcError } from "../helpers/fake_node.ts";
import { type Frame, Peer } from "../helpers/peer.ts";
import { dataOf } from "../helpers/scene.ts";
import { StreamScene } from "../helpers/streams.ts";
import { until } from "../helpers/until.ts";

const ofType = (type: string) => (frame: Frame) => frame.type === type;
const seconds = (clock: FakeClock) => Math.floor(clock.now() / 1000);

for (const path of ["", "ws/stream", "ws"]) {
  Deno.test(`a client on /${path} subscribes, and gets every stream with the data that the protocol names`, async () => {
    await using gateway = await StreamScene.start();
    const peer = await gateway.open(path);
    peer.send(
      '{"type": "subscribe", "streams": ["network_metrics", "markets_health", "receipts", "peers"]}',
    );
    const now = seconds(gateway.clock);
    if (path === "ws") {
      const welcome = await peer.next();
      assertEquals(welcome["available_streams"], ["network_metrics", "markets_health", "receipts", "peers"]);
      assertEquals(welcome["simulated"], false);
    }
    const [metrics, markets, receipts, peers] = [
      await peer.next(ofType("subscribed")),
      await peer.next(ofType("subscribed")),
      await peer.next(ofType("subscribed")),
      await peer.next(ofType("subscribed")),
    ];
    assertEquals(
      [metrics, markets, receipts, peers].map(({ stream }) => stream),
      ["network_metrics", "markets_health", "receipts", "peers"],
    );
    assertEquals({ ...metrics, epoch: typeof metrics["epoch"] }, {
      type: "subscribed",
      stream: "network_metrics",
      epoch: "string",
      offset: 0,
      recovered: null,
      timestamp: now,
    });
    const data: Record<string, Frame> = {};
    for (let count = 0; count < 4; count++) {
      const frame = await peer.next();
      data[frame.type] = frame;
    }
    assertEquals(data["network_metrics"], {
      type: "network_metrics",
      data: {
        network_strength: networkStrength(3, 145.7, 6),
        block_height: 123_456,
        finality_time: 6,
        peer_count: 3,
        tps: 145.7,
        bandwidth_in: 1_024_000,
        bandwidth_out: 512_000,
        active_connections: 23,
      },
      timestamp: now,
      offset: 1,
    });
    assertEquals(dataOf(data["markets_health"]), fakeMarketsHealth);
    assertEquals(dataOf(data["receipts"]), { receipts: [fakeReceipt(2), fakeReceipt(1)], count: 2 });
    assertEquals(dataOf(data["peers"])["total"], 3);
    await peer.close();
  });
}

Deno.test("upstream calls are the same for one subscriber and for fifty, and end when nobody listens", async () => {
  const counts: number[][] = [];
  for (const subscribers of [1, 50]) {
    await using gateway = await StreamScene.start();
    const { node, clock } = gateway;
    const peers = await Promise.all(Array.from({ length: subscribers }, () => gateway.open()));
    for (const peer of peers) peer.send('{"type": "subscribe", "stream": "network_metrics"}');
    const offset = (wanted: number) => (frame: Frame) =>
      frame["offset"] === wanted && frame.type !== "subscribed";
    for (const peer of peers) await peer.next(offset(1));
    for (const next of [2, 3]) {
      await clock.advance(2000);
      for (const peer of peers) await peer.next(offset(next));
    }
    const polled = [node.requests.length, node.calls("net.stats")];
    assertEquals(node.requests.every(({ batch }) => batch), true);
    for (const peer of peers) await peer.close();
    for (const { hub } = gateway.scene.server.gateway; hub.size > 0;) await clock.advance(0);
    await gateway.pass(4000);
    const lingered = node.requests.length;
    await gateway.pass(60_000);
    assertEquals(node.requests.length, lingered);
    counts.push(polled);
  }
  assertEquals(counts, [[3, 3], [3, 3]]);
});

Deno.test("streams that are due together ask the node in one request", async () => {
  await using gateway = await StreamScene.start();
  const { node } = gateway;
  const peer = await gateway.open();
  peer.send('{"type": "subscribe", "streams": ["network_metrics", "peers"]}');
  await peer.next(ofType("peers"));
  assertEquals([node.requests.length, node.calls("net.peers")], [1, 1]);
  await gateway.pass(9000);
  const before = node.requests.length;
  await gateway.pass(1000);
  await peer.next(ofType("peers"));
  assertEquals([node.requests.length, node.requests.at(-1)?.calls.length], [before + 1, 3]);
  await peer.close();
});

Deno.test("after unsubscribed nothing of that stream comes any more", async () => {
  await using gateway = await StreamScene.start();
  const peer = await gateway.open();
  peer.send('{"type": "subscribe", "streams": ["network_metrics", "peers"]}');
  await peer.next(ofType("peers"));
  peer.send('{"type": "unsubscribe", "stream": "network_metrics"}');
  const { stream, timestamp } = await peer.next(ofType("unsubscribed"));
  assertEquals([stream, timestamp], ["network_metrics", seconds(gateway.clock)]);
  const before = peer.frames.length;
  await gateway.pass(10_000);
  await peer.next(ofType("peers"));
  assertEquals(peer.frames.slice(before).map(({ type }) => type), ["peers"]);
  await peer.close();
});

Deno.test("each mistake of a subscriber has its error, and keeps nothing from the other streams", async () => {
  await using gateway = await StreamScene.start();
  const peer = await gateway.open();
  const cases: [frame: string, code: string, message: RegExp][] = [
    ['{"type": "subscribe", "stream": "nonsense"}', "unknown_stream", /^Invalid stream name$/],
    ['{"type": "subscribe"}', "unknown_stream", /^Invalid stream name$/],
    ['{"type": "subscribe", "stream": 7}', "unknown_stream", /^Invalid stream name$/],
    ['{"type": "subscribe", "stream": "constructor"}', "unknown_stream", /^Invalid stream name$/],
    ['{"type": "unsubscribe", "stream": "nonsense"}', "unknown_stream", /^Invalid stream name$/],
    ['{"type": "subscribe", "streams": "peers"}', "invalid_message", /streams: expected a list/],
    [`{"type": "subscribe", "streams": [${Array(33).fill('"peers"')}]}`, "invalid_message", /at most 32/],
    ['{"type": "subscribe", "stream": "peers", "recover": 7}', "invalid_message", /recover/],
    ['{"type": "subscribe", "stream": "peers", "recover": {"epoch": "e"}}', "invalid_message", /offset/],
    [
      '{"type": "subscribe", "streams": ["peers", "receipts"], "recover": {"epoch": "e", "offset": 1}}',
      "invalid_message",
      /a position for each stream/,
    ],
    ["{", "invalid_json", /^Invalid JSON$/],
    [`${"[".repeat(1000)}`, "invalid_json", /^Invalid JSON$/],
  ];
  for (const [frame, code, message] of cases) {
    peer.send(frame);
    const error = await peer.next();
    assertEquals([error.type, error["code"]], ["error", code], frame);
    assert(message.test(String(error["message"])), `${error["message"]}`);
  }
  peer.send('{"type": "subscribe", "stream": "nonsense"}');
  assertEquals((await peer.next())["available_streams"], streamNames);
  peer.send('{"type": "subscribe", "streams": ["nonsense", "peers"]}');
  assertEquals((await peer.next())["stream"], "nonsense");
  assertEquals((await peer.next()).type, "subscribed");
  assertEquals((await peer.next()).type, "peers");
  await peer.close();
});

Deno.test("a node that fails makes the stream stale once, for later subscribers too, and live when it is back", async () => {
  await using gateway = await StreamScene.start();
  const { node } = gateway;
  const first = await gateway.open();
  first.send('{"type": "subscribe", "stream": "network_metrics"}');
  await first.next(ofType("network_metrics"));
  const failures: [make: () => void | Promise<void>, message: RegExp][] = [
    [() => void (node.mode = "error"), /error -32000: the node is syncing/],
    [() => void (node.mode = "nonsense"), /nonsense|JSON/],
    [() => void (node.mode = "http_500"), /HTTP 500/],
    [() => void (node.results["net.stats"] = "soon"), /net\.stats/],
    [
      () => void (node.results["net.stats"] = new FakeRpcError(-32601, "Method not found")),
      /Method not found/,
    ],
    [() => node.goDown(), /refused|reach|connect/i],
  ];
  const stats = node.results["net.stats"];
  for (const [make, message] of failures) {
    await make();
    await gateway.pass(2000);
    const status = await first.next(ofType("stream_status"));
    assertEquals([status["stream"], status["status"]], ["network_metrics", "stale"]);
    assert(message.test(String(status["message"])), String(status["message"]));
    const late = await gateway.open();
    late.send('{"type": "subscribe", "stream": "network_metrics"}');
    assertEquals((await late.next()).type, "subscribed");
    assertEquals((await late.next())["status"], "stale");
    const before = first.frames.length;
    await gateway.pass(4000);
    node.results["net.stats"] = stats;
    node.mode = "normal";
    node.comeBack();
    await gateway.pass(2000);
    for (const peer of [first, late]) {
      assertEquals((await peer.next(ofType("stream_status")))["status"], "live");
      await peer.next(ofType("network_metrics"));
    }
    assertEquals(first.frames.slice(before).filter(ofType("stream_status")).length, 1);
    await late.close();
  }
  await first.close();
});

Deno.test("a node that does not answer within 5 s makes the stream stale, and holds up no other poll", async () => {
  await using gateway = await StreamScene.start();
  const { node, clock } = gateway;
  node.mode = "slow";
  const peer = await gateway.open();
  peer.send('{"type": "subscribe", "stream": "network_metrics"}');
  await peer.next(ofType("subscribed"));
  await node.arrived(1);
  await clock.advance(4999);
  assertEquals(node.requests.length, 1);
  await clock.advance(1);
  const status = await peer.next(ofType("stream_status"));
  assertEquals([status["status"], status["message"]], ["stale", "no answer from the node within 5 s"]);
  node.mode = "normal";
  await clock.advance(2000);
  assertEquals((await peer.next(ofType("stream_status")))["status"], "live");
  await peer.close();
});

Deno.test("receipts come once each, also when many are new, and none is lost between two polls", async () => {
  await using gateway = await StreamScene.start();
  const { node } = gateway;
  const all = (newest: number) => Array.from({ length: newest }, (_, index) => fakeReceipt(newest - index));
  const ids = (frame: Frame) => (dataOf(frame)["receipts"] as { id: string }[]).map(({ id }) => id);
  node.receipts = all(30);
  const peer = await gateway.open();
  peer.send('{"type": "subscribe", "stream": "receipts"}');
  assertEquals(ids(await peer.next(ofType("receipts"))), all(30).slice(0, 10).map(({ id }) => id));
  const seen: string[] = [];
  for (const newest of [31, 31, 45, 400]) {
    node.receipts = all(newest);
    await gateway.pass(3000);
    while (seen.length < newest - 30) seen.unshift(...ids(await peer.next(ofType("receipts"))));
    assertEquals(seen, all(newest).slice(0, newest - 30).map(({ id }) => id));
  }
  await peer.close();
});

Deno.test("a client that only listens is not closed for its silence; one that does neither is", async () => {
  await using gateway = await StreamScene.start({ "websocket.connection_timeout": 120 });
  const [listening, idle] = [await gateway.open(), await gateway.open()];
  listening.send('{"type": "subscribe", "stream": "peers"}');
  await listening.next(ofType("peers"));
  await gateway.clock.advance(130_000);
  assertEquals((await idle.ended).code, 1001);
  listening.send('{"type": "ping"}');
  await listening.next(ofType("pong"));
  await listening.close();
});

Deno.test("a miner's messages and a stream client's do not mix on /ws", async () => {
  await using gateway = await StreamScene.start();
  const miner = await gateway.scene.connect();
  miner.send(gateway.scene.sign("subscribe", { stream: "peers" }));
  const error = await miner.next();
  assertEquals([error.type, error["code"]], ["error", "invalid_message"]);
  await miner.close();
});

Deno.test("a client that asks for deflate gets long messages as binary frames and short ones as text", async () => {
  await using gateway = await StreamScene.start();
  const socket = new WebSocket(gateway.url("ws/stream"), [
    "unknown.v9",
    "heliograph.v1.deflate",
    "heliograph.v1",
  ]);
  socket.binaryType = "arraybuffer";
  const frames: (string | ArrayBuffer)[] = [];
  socket.onmessage = ({ data }) => void frames.push(data);
  await new Promise((resolve) => socket.onopen = resolve);
  assertEquals(socket.protocol, "heliograph.v1.deflate");
  socket.send('{"type": "subscribe", "stream": "markets_health"}');
  await until(() => frames.length >= 3, "three frames");
  const [welcome, subscribed, markets] = frames;
  assertEquals([typeof welcome, typeof subscribed, markets instanceof ArrayBuffer], [
    "string",
    "string",
    true,
  ]);
  const text = inflateRawSync(new Uint8Array(markets as ArrayBuffer)).toString();
  assertEquals(JSON.parse(text).type, "markets_health");
  assert((markets as ArrayBuffer).byteLength < text.length);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
});

Deno.test("a client that asks for batches gets what comes within a tick as one array", async () => {
  await using gateway = await StreamScene.start();
  const peer = new Peer(gateway.url("ws/stream"), ["heliograph.v1.batch"]);
  await peer.opened;
  const arrays = () => peer.frames as unknown as Frame[][];
  const types = async (count: number) => {
    await until(() => arrays().length >= count, `${count} batches`, () => gateway.clock.advance(50));
    return arrays().map((array) => array.map(({ type }) => type));
  };
  assertEquals(await types(1), [["welcome"]]);
  peer.send('{"type": "subscribe", "streams": ["network_metrics", "peers"]}');
  await until(() => arrays().flat().length >= 5, "five messages", () => gateway.clock.advance(50));
  assertEquals(
    arrays().flat().map(({ type }) => type).toSorted(),
    ["network_metrics", "peers", "subscribed", "subscribed", "welcome"],
  );
  const before = arrays().length;
  await gateway.pass(10_000);
  assertEquals((await types(before + 5)).at(-1)?.toSorted(), ["network_metrics", "peers"]);
  await peer.close();
});

Deno.test("a subprotocol that nobody here knows is not confirmed, and plain frames come", async () => {
  await using gateway = await StreamScene.start();
  const peer = new Peer(gateway.url("ws/stream"), ["graphql-ws"]);
  await peer.opened;
  assertEquals([peer.socket.protocol, (await peer.next()).type], ["", "welcome"]);
  await peer.close();
});
