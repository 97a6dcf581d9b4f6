import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { NodeError } from "../../lib/streams/mod.ts";
import { networkMetricsSource, networkStrength } from "../../lib/streams/network_metrics.ts";
import { RpcNode } from "../../lib/streams/rpc_node.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { FakeNode, FakeRpcError } from "../helpers/fake_node.ts";

const open = (fake: FakeNode) => networkMetricsSource(new RpcNode({ url: fake.url, clock: new FakeClock() }));

for (
  const [peers, tps, finality, strength] of [
    [0, 0, 0, 30],
    [50, 1000, 0, 100],
    [5000, 1e9, 0, 100],
    [0, 0, 300, 0],
    [0, 0, 1e9, 0],
    [23, 145.7, 6, 49],
    [25, 500, 150, 50],
    [1, 0, 300, 0],
  ] as const
) {
  Deno.test(`${peers} peers, ${tps} tps and ${finality} s to finality make a strength of ${strength}`, () => {
    assertEquals(networkStrength(peers, tps, finality), strength);
  });
}

Deno.test("strength is a whole number from 0 to 100 whatever goes into it", () => {
  const number = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
  fc.assert(fc.property(fc.nat(), number, number, (peers, tps, finality) => {
    const strength = networkStrength(peers, tps, finality);
    return strength !== null && Number.isInteger(strength) && strength >= 0 && strength <= 100;
  }));
});

Deno.test("network metrics come from three calls in one request", async () => {
  await using fake = FakeNode.start();
  const source = open(fake);
  assertEquals(source.current(), undefined);
  const value = {
    network_strength: 37,
    block_height: 123_456,
    finality_time: 6,
    peer_count: 3,
    tps: 145.7,
    bandwidth_in: 1_024_000,
    bandwidth_out: 512_000,
    active_connections: 23,
  };
  assertEquals(await source.poll(), [value]);
  assertEquals(source.current(), value);
  assertEquals([fake.requests.length, fake.calls()], [1, 3]);
});

Deno.test("what a node leaves out counts 0, and what it says to be null is not known", async () => {
  await using fake = FakeNode.start();
  fake.results["net.peers"] = { peers: [] };
  fake.results["net.stats"] = { bandwidth_in: null };
  fake.results["light.latest_header"] = { number: 0 };
  assertEquals(await open(fake).poll(), [{
    network_strength: 30,
    block_height: 0,
    finality_time: 0,
    peer_count: 0,
    tps: 0,
    bandwidth_in: null,
    bandwidth_out: 0,
    active_connections: 0,
  }]);
});

const amiss = [
  ["net.peers", [], "expected object, received array"],
  ["net.peers", {}, "peers: expected array, received undefined"],
  ["net.peers", { peers: { a: 1 } }, "peers: expected array, received object"],
  ["net.stats", null, "expected object, received null"],
  ["net.stats", { tps: "7" }, "tps: expected number, received string"],
  ["net.stats", { tps: -1 }, "tps: Too small: expected number to be >=0"],
  ["light.latest_header", {}, "number: expected number, received undefined"],
  ["light.latest_header", { number: 1.5 }, "number: expected int, received number"],
  ["light.latest_header", { number: "0x1" }, "number: expected number, received string"],
] as const;

for (const [method, result, detail] of amiss) {
  Deno.test(`${JSON.stringify(result)} is nonsense as a result of ${method}`, async () => {
    await using fake = FakeNode.start();
    const source = open(fake);
    const [value] = await source.poll();
    fake.results[method] = result;
    const error = await assertRejects(() => source.poll(), NodeError);
    assertEquals(error.message, `the node answered nonsense to ${method}: ${detail}`);
    assertEquals(source.current(), value);
  });
}

Deno.test("a number too large to be one is nonsense", async () => {
  await using fake = FakeNode.start();
  fake.onRequest = ({ calls }) =>
    new Response(`[${calls.map(({ id }) => `{"id": ${id}, "result": {"peers": [], "tps": 1e999}}`)}]`);
  const error = await assertRejects(() => open(fake).poll(), NodeError);
  assertEquals(
    error.message,
    "the node answered nonsense to net.stats: tps: expected number, received Infinity",
  );
});

Deno.test("an error of one call fails the poll", async () => {
  await using fake = FakeNode.start();
  fake.results["net.stats"] = new FakeRpcError(-32601, "Method not found");
  const error = await assertRejects(() => open(fake).poll(), NodeError);
  assertEquals(error.message, "the node answered net.stats with error -32601: Method not found");
});
