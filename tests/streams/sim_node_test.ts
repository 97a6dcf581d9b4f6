import { assert, assertEquals, assertInstanceOf, assertNotEquals, assertRejects } from "@std/assert";
import type { MarketReceipt, MarketsHealth, NetworkMetrics, Peers } from "../../lib/protocol/mod.ts";
import { CallRefused, NodeError, openNode, SimulatedNode, streamDefinitions } from "../../lib/streams/mod.ts";
import { ReceiptsSource } from "../../lib/streams/receipts.ts";
import { RpcNode } from "../../lib/streams/rpc_node.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

const methods = [
  "net.peers",
  "net.stats",
  "light.latest_header",
  "compute_market.stats",
  "storage.stats",
  "energy.market_state",
  "ad_market.stats",
  "receipt.audit",
];
const start = Date.parse("2026-11-21T08:00:00Z");
const second = 1000;
const day = 86_400 * second;

/** A clock that only tells the time. */
class Now {
  time = start;
  now(): number {
    return this.time;
  }
  elapsed(): number {
    return this.time;
  }
  after(): never {
    throw new Error("The simulation needs no timers");
  }
}

const all = (node: SimulatedNode) => Promise.all(methods.map((method) => node.call(method)));

async function audit(node: SimulatedNode, limit: number): Promise<MarketReceipt[]> {
  return (await node.call("receipt.audit", { limit }) as { receipts: MarketReceipt[] }).receipts;
}

/** What a stream's source gives at many times, evenly over `span`. */
async function sample<T>(name: string, count: number, span: number): Promise<T[]> {
  const clock = new Now();
  const source = streamDefinitions.find((definition) => definition.name === name)
    ?.open(new SimulatedNode({ clock }));
  const values: T[] = [];
  for (let index = 0; index < count; index++) {
    clock.time = start + index * span / count;
    values.push(...await source?.poll() as T[]);
  }
  return values;
}

/** What the simulated node gives whole. */
type Whole<T> = { readonly [Name in keyof T]-?: NonNullable<T[Name]> };

function assertWithin(values: readonly number[], least: number, most: number): void {
  assert(values.length > 0);
  for (const value of values) assert(value >= least && value <= most, `${value} in ${least}-${most}`);
}

Deno.test("a simulation started anew goes on as if nothing had happened", async () => {
  const clock = new Now();
  const node = new SimulatedNode({ clock });
  for (const offset of [0, 777, 12_345, day, 400 * day]) {
    clock.time = start + offset;
    assertEquals(await all(node), await all(new SimulatedNode({ clock })));
  }
});

Deno.test("another seed makes another chain, the same one the same", async () => {
  const clock = new Now();
  const make = (seed: string) => new SimulatedNode({ clock, seed });
  assertEquals(await all(make("a")), await all(make("a")));
  for (const method of ["net.peers", "net.stats", "compute_market.stats", "receipt.audit"]) {
    assertNotEquals(await make("a").call(method), await make("b").call(method));
  }
});

Deno.test("block height never falls, and grows by one about every 6 s", async () => {
  const clock = new Now();
  const node = new SimulatedNode({ clock });
  const heights: number[] = [];
  for (; clock.time < start + 600 * second; clock.time += 500) {
    heights.push((await node.call("light.latest_header") as { number: number }).number);
  }
  const steps = heights.slice(1).map((height, index) => height - (heights[index] ?? 0));
  assertEquals(steps.filter((step) => step !== 0 && step !== 1), []);
  assertWithin([(heights.at(-1) ?? 0) - (heights[0] ?? 0)], 98, 101);
});

Deno.test("network metrics stay plausible over two days, and move", async () => {
  const values = await sample<Whole<NetworkMetrics>>("network_metrics", 4000, 2 * day);
  assertWithin(values.map(({ tps }) => tps), 20, 1000);
  assertWithin(values.map(({ finality_time }) => finality_time), 5, 40);
  assertWithin(values.map(({ peer_count }) => peer_count), 20, 60);
  assertWithin(values.map(({ network_strength }) => network_strength), 30, 95);
  assertWithin(values.map(({ bandwidth_in }) => bandwidth_in), 100_000, 5_000_000);
  assertWithin(values.map(({ bandwidth_out }) => bandwidth_out), 50_000, 3_000_000);
  for (const { active_connections, peer_count } of values) {
    assertWithin([active_connections - peer_count], 0, 12);
  }
  assert(new Set(values.map(({ tps }) => tps)).size > 1000);
  assert(new Set(values.map(({ network_strength }) => network_strength)).size > 15);
  assert(values.some(({ tps }) => tps > 600) && values.some(({ tps }) => tps < 200));
});

Deno.test("from one poll to the next nothing jumps", async () => {
  const values = await sample<Whole<NetworkMetrics>>("network_metrics", 3000, 6000 * second);
  for (const [index, value] of values.slice(1).entries()) {
    const before = values[index] ?? value;
    assert(Math.abs(value.tps - before.tps) < 80);
    assert(Math.abs(value.finality_time - before.finality_time) < 3);
    assert(Math.abs(value.peer_count - before.peer_count) <= 4);
  }
});

Deno.test("peers keep their ids and addresses, come and go, and wander in latency", async () => {
  const values = await sample<Peers>("peers", 500, day);
  const addresses = new Map<string, string>();
  const seen = new Map<string, number>();
  for (const { id, address } of values.flatMap(({ peers }) => peers)) {
    assertEquals(addresses.get(id) ?? address, address);
    addresses.set(id, address ?? "");
    seen.set(id, (seen.get(id) ?? 0) + 1);
  }
  assertEquals(new Set(addresses.values()).size, addresses.size);
  for (const address of addresses.values()) {
    assert(/^(?:(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+|\[2001:db8:.+\]):\d+$/.test(address), address);
  }
  assert(
    [...seen.values()].some((times) => times === 500) && [...seen.values()].some((times) => times < 450),
  );
  const one = values.map(({ peers: [first] }) => first);
  assert(new Set(one.map((peer) => peer?.latency_ms)).size > 5);
  assert(values[0]?.peers.some(({ is_validator }) => is_validator));
  assert(values[0]?.peers.some(({ is_validator }) => !is_validator));
  assertWithin(values.flatMap(({ peers }) => peers.map(({ latency_ms }) => latency_ms ?? 1)), 1, 300);
  assert(values.some(({ peers }) => peers.some(({ latency_ms }) => latency_ms === null)));
});

Deno.test("every market rests now and then, energy the least, and mostly all are well", async () => {
  const values = await sample<MarketsHealth>("markets_health", 20_000, 3 * day);
  const idle = (market: keyof MarketsHealth["markets"]) =>
    values.filter(({ markets }) => markets[market].status === "idle").length / values.length;
  for (const market of ["compute", "storage", "ads"] as const) assertWithin([idle(market)], 0.005, 0.12);
  assertWithin([idle("energy")], 0.0005, 0.02);
  const healthy = values.filter(({ overall_status }) => overall_status === "healthy").length;
  assert(healthy > 0.9 * values.length && healthy < values.length);
});

Deno.test("receipts come newest first, as many as asked for, each with an id of its own", async () => {
  const node = new SimulatedNode({ clock: new Now() });
  const many = await audit(node, 1000);
  assertEquals([many.length, new Set(many.map(({ id }) => id)).size], [1000, 1000]);
  assertEquals(await audit(node, 10), many.slice(0, 10));
  assertEquals((await node.call("receipt.audit") as { receipts: unknown[] }).receipts.length, 10);
  const times = many.map(({ timestamp }) => timestamp ?? 0);
  assertEquals(times, times.toSorted((a, b) => b - a));
  assertWithin(times, start / 1000 - 7200, start / 1000);
  for (const { id, market, block_height, provider, consumer, amount } of many) {
    assert(/^receipt_[0-9a-f]{10}$/.test(id));
    assert(["compute", "storage", "energy", "ads"].includes(market ?? ""));
    assert(/^0x[0-9a-f]{40}$/.test(provider ?? "") && /^0x[0-9a-f]{40}$/.test(consumer ?? ""));
    assert(Number.isInteger(block_height) && Number.isInteger(amount));
  }
});

Deno.test("a receipt that was there stays the same", async () => {
  const clock = new Now();
  const node = new SimulatedNode({ clock });
  let before = await audit(node, 50);
  for (let poll = 0; poll < 200; poll++) {
    clock.time += 3 * second;
    const now = await audit(node, 100);
    const index = now.findIndex(({ id }) => id === before[0]?.id);
    assert(index >= 0);
    assertEquals(now.slice(index, index + 50), before);
    before = now.slice(0, 50);
  }
});

Deno.test("receipts come at any moment, one by one, and never before their time", async () => {
  const clock = new Now();
  const node = new SimulatedNode({ clock });
  const moments = new Set<number>();
  let newest: string | undefined;
  for (; clock.time < start + 300 * second; clock.time += 100) {
    const [first] = await audit(node, 1);
    assert((first?.timestamp ?? Infinity) <= clock.time / second);
    if (first?.id !== newest) moments.add(clock.time % second);
    newest = first?.id;
  }
  assertEquals(moments.size, 10);
});

Deno.test("a few receipts come in 10 s, now and then so many that they take paging, and none is lost", async () => {
  const clock = new Now();
  const node = new SimulatedNode({ clock });
  const limits: unknown[] = [];
  const source = new ReceiptsSource({
    simulated: true,
    call: (method, params) => {
      limits.push(Reflect.get(params ?? {}, "limit"));
      return node.call(method, params);
    },
    close() {},
  });
  const got: string[] = [];
  for (; clock.time < start + 1800 * second; clock.time += 3 * second) {
    const values = await source.poll();
    for (const { receipts, incomplete } of values) {
      assertEquals(incomplete, undefined);
      got.push(...receipts.map(({ id }) => id).toReversed());
    }
  }
  clock.time -= 3 * second;
  const expected = (await audit(node, 1000)).map(({ id }) => id).toReversed();
  assertEquals(got, expected.slice(-got.length));
  assertWithin([(got.length - 10) / 180], 2, 7);
  assert(limits.includes(100));
});

for (const limit of [0, 1001, 1.5, "10", null, {}]) {
  Deno.test(`receipt.audit refuses a limit of ${JSON.stringify(limit)}`, async () => {
    const node = new SimulatedNode({ clock: new Now() });
    const error = await assertRejects(() => node.call("receipt.audit", { limit }), CallRefused);
    assertEquals(error.message, "the node answered receipt.audit with error -32602: Invalid params");
    assertEquals([error.code, error.reason], [-32602, "Invalid params"]);
  });
}

Deno.test("a method that is not known is refused as a real node does", async () => {
  const node = new SimulatedNode({ clock: new Now() });
  for (const method of ["net.nonsense", "constructor", ""]) {
    const error = await assertRejects(() => node.call(method), NodeError);
    assertEquals(error.message, `the node answered ${method} with error -32601: Method not found`);
  }
});

Deno.test("openNode() opens what the setting names", () => {
  const clock = new FakeClock();
  for (const url of ["sim:", "sim:other"]) {
    const node = openNode(url, undefined, clock);
    assertInstanceOf(node, SimulatedNode);
    assertEquals(node.simulated, true);
  }
  const node = openNode("http://127.0.0.1:9933", "block-buster", clock);
  assertInstanceOf(node, RpcNode);
  assertEquals(node.simulated, false);
  node.close();
});

Deno.test("the seed in sim:SEED makes the chain", async () => {
  const clock = new Now();
  const stats = (url: string) => openNode(url, undefined, clock).call("net.stats");
  assertEquals(await stats("sim:"), await new SimulatedNode({ clock }).call("net.stats"));
  assertEquals(await stats("sim:x"), await new SimulatedNode({ clock, seed: "x" }).call("net.stats"));
  assertNotEquals(await stats("sim:x"), await stats("sim:"));
});

Deno.test("definitions come in the order in which welcome names the streams", () => {
  assertEquals(streamDefinitions.map(({ name, period }) => [name, period]), [
    ["network_metrics", 2000],
    ["markets_health", 5000],
    ["receipts", 3000],
    ["peers", 10_000],
  ]);
});
