import { assertEquals, assertRejects } from "@std/assert";
import { marketsHealthSource, marketStatus, overallStatus } from "../../lib/streams/markets_health.ts";
import { NodeError } from "../../lib/streams/mod.ts";
import { RpcNode } from "../../lib/streams/rpc_node.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { fakeMarketsHealth, FakeNode } from "../helpers/fake_node.ts";

const open = (fake: FakeNode) => marketsHealthSource(new RpcNode({ url: fake.url, clock: new FakeClock() }));

Deno.test("markets come from four calls in one request", async () => {
  await using fake = FakeNode.start();
  const source = open(fake);
  assertEquals(source.current(), undefined);
  assertEquals(await source.poll(), [fakeMarketsHealth]);
  assertEquals(source.current(), fakeMarketsHealth);
  assertEquals([fake.requests.length, fake.calls()], [1, 4]);
});

Deno.test("providers may be called total_providers, and what is left out counts 0", async () => {
  await using fake = FakeNode.start();
  fake.results["compute_market.stats"] = { total_providers: 5 };
  fake.results["storage.stats"] = { total_stored: 1, providers: 2, total_providers: 9 };
  fake.results["energy.market_state"] = {};
  fake.results["ad_market.stats"] = { more: true };
  assertEquals(await open(fake).poll(), [{
    overall_status: "degraded",
    markets: {
      compute: { status: "idle", active_jobs: 0, total_providers: 5 },
      storage: { status: "healthy", total_stored: 1, total_providers: 2 },
      energy: { status: "idle", total_credits: 0, active_traders: 0 },
      ads: { status: "idle", active_campaigns: 0, total_impressions: 0 },
    },
    healthy_markets: 1,
    total_markets: 4,
  }]);
});

Deno.test("a market with anything in it is healthy, and how many are says how all are", () => {
  assertEquals([0, 0.5, 1].map(marketStatus), ["idle", "healthy", "healthy"]);
  assertEquals([0, 1, 2, 3, 4].map(overallStatus), ["down", "degraded", "degraded", "healthy", "healthy"]);
});

for (const method of ["compute_market.stats", "storage.stats", "energy.market_state", "ad_market.stats"]) {
  Deno.test(`a result of ${method} that is no object is nonsense`, async () => {
    await using fake = FakeNode.start();
    fake.results[method] = "fine";
    const error = await assertRejects(() => open(fake).poll(), NodeError);
    const expected = `the node answered nonsense to ${method}: expected object, received string`;
    assertEquals(error.message, expected);
  });
}
