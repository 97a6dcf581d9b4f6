import { assertEquals, assertRejects } from "@std/assert";
import { DetectedNode, profiled } from "../../lib/streams/open_node.ts";
import { marketsHealthSource } from "../../lib/streams/markets_health.ts";
import { type ChainNode, NodeError, streamDefinitions } from "../../lib/streams/mod.ts";
import { networkMetricsSource } from "../../lib/streams/network_metrics.ts";
import { peersSource } from "../../lib/streams/peers.ts";
import { receiptsSource } from "../../lib/streams/receipts.ts";
import { RpcNode } from "../../lib/streams/rpc_node.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { FakeNode, fakeResults, FakeRpcError } from "../helpers/fake_node.ts";
import { energyReceipt, theBlockResults } from "../helpers/the_block_results.ts";

/** A node with the methods of The Block's. */
function startTheirs(): FakeNode {
  const fake = FakeNode.start();
  fake.answerWith(theBlockResults());
  fake.mode = "no_batches";
  return fake;
}

const reach = (fake: FakeNode) => new RpcNode({ url: fake.url, clock: new FakeClock() });
const theirs = (fake: FakeNode): ChainNode => profiled(reach(fake), "the-block");
const unauthorized = new FakeRpcError(-33009, "unauthorized");
const notFound = new FakeRpcError(-32601, "method not found");

Deno.test("of The Block's node the metrics are height, hash and peers, and null what it does not give", async () => {
  await using fake = startTheirs();
  assertEquals(await networkMetricsSource(theirs(fake)).poll(), [{
    network_strength: null,
    block_height: 51_204,
    block_hash: "00ab12",
    finality_time: null,
    peer_count: 3,
    tps: null,
    bandwidth_in: null,
    bandwidth_out: null,
    active_connections: null,
  }]);
});

Deno.test("of The Block's node the markets are counted from what each of them lists", async () => {
  await using fake = startTheirs();
  const source = marketsHealthSource(theirs(fake));
  assertEquals(await source.poll(), [{
    overall_status: "healthy",
    markets: {
      compute: { status: "healthy", active_jobs: 4, total_providers: null },
      storage: { status: "healthy", total_stored: 5_000_000, total_providers: 2 },
      energy: { status: "healthy", total_credits: 350, active_traders: 3 },
      ads: { status: "idle", active_campaigns: 0, total_impressions: null },
    },
    healthy_markets: 3,
    total_markets: 4,
  }]);
});

Deno.test("a market that the node does not run, or tells others of, is not known, and counts in no number", async () => {
  await using fake = startTheirs();
  fake.results["ad_market.list_campaigns"] = { status: "unavailable" };
  fake.results["energy.credits"] = fake.results["energy.receipts"] = unauthorized;
  fake.results["storage.manifests"] = fake.results["storage.discover_providers"] = notFound;
  assertEquals(await marketsHealthSource(theirs(fake)).poll(), [{
    overall_status: "degraded",
    markets: {
      compute: { status: "healthy", active_jobs: 4, total_providers: null },
      storage: { status: null, total_stored: null, total_providers: null },
      energy: { status: null, total_credits: null, active_traders: null },
      ads: { status: null, active_campaigns: null, total_impressions: null },
    },
    healthy_markets: 1,
    total_markets: 1,
  }]);
});

Deno.test("The Block's node lists its peers to its own machine, and counts them for others", async () => {
  await using fake = startTheirs();
  const source = peersSource(theirs(fake));
  const unknown = { address: null, latency_ms: null, is_validator: null };
  assertEquals(await source.poll(), [{
    peers: [{ id: "12D3KooWa", ...unknown }, { id: "12D3KooWb", ...unknown }],
    total: 3,
  }]);
  fake.results["net.peer_stats_all"] = notFound;
  assertEquals(await source.poll(), [{ peers: [], total: 3 }]);
});

Deno.test("receipts of The Block's node are those of its energy market, each once, over as many pages as it takes", async () => {
  await using fake = startTheirs();
  const settled = Array.from({ length: 300 }, (_, index) => energyReceipt(300 - index));
  fake.results["energy.receipts"] = ({ page, page_size }: Record<string, unknown>) => {
    const size = Math.min(Number(page_size), 250);
    return { receipts: settled.slice(Number(page) * size, (Number(page) + 1) * size), total: settled.length };
  };
  const source = receiptsSource(theirs(fake));
  const ids = async () =>
    (await source.poll()).flatMap((value) =>
      (value as { receipts: { block_height: number }[] }).receipts.map(({ block_height }) => block_height)
    );
  assertEquals(await ids(), [300, 299, 298, 297, 296, 295, 294, 293, 292, 291]);
  settled.unshift(...Array.from({ length: 290 }, (_, index) => energyReceipt(590 - index)));
  assertEquals(
    (await ids()).toSorted((a, b) => a - b),
    Array.from({ length: 290 }, (_, index) => 301 + index),
  );
  assertEquals(source.current(), {
    receipts: Array.from({ length: 10 }, (_, index) => {
      const { buyer, seller, price_paid, block_settled, ...rest } = energyReceipt(590 - index);
      const told = { market: "energy", block_height: block_settled, provider: seller, consumer: buyer };
      const found = (source.current() as { receipts: { id: string }[] }).receipts[index];
      return {
        id: found?.id,
        ...told,
        amount: price_paid,
        buyer,
        seller,
        price_paid,
        block_settled,
        ...rest,
      };
    }),
    count: 10,
  });
});

Deno.test("a failure of The Block's node is told as what it is", async () => {
  await using fake = startTheirs();
  fake.results["energy.credits"] = new FakeRpcError(-32603, "internal error");
  const error = await assertRejects(() => marketsHealthSource(theirs(fake)).poll(), NodeError);
  assertEquals(error.message, "the node answered energy.credits with error -32603: internal error");
});

Deno.test("which methods a node has shows in its newest block", async () => {
  await using theirNode = startTheirs();
  await using ours = FakeNode.start();
  for (const [fake, height] of [[theirNode, 51_204], [ours, 123_456]] as const) {
    const node = new DetectedNode(reach(fake));
    for (const definition of streamDefinitions) await definition.open(node).poll();
    const [metrics] = await networkMetricsSource(node).poll();
    assertEquals((metrics as { block_height: number }).block_height, height);
  }
});

Deno.test("a node that is away is asked for its methods when it is back, and again when it is another one", async () => {
  await using fake = startTheirs();
  const node = new DetectedNode(reach(fake));
  const poll = async () => ((await networkMetricsSource(node).poll())[0] as { tps: number | null }).tps;
  await fake.goDown();
  await assertRejects(poll, NodeError);
  fake.comeBack();
  assertEquals(await poll(), null);
  fake.answerWith(fakeResults());
  await assertRejects(poll, NodeError);
  assertEquals(await poll(), 145.7);
});
