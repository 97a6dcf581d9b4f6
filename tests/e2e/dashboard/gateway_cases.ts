import { assert, assertEquals } from "@std/assert";
import { buildDashboard } from "../../../scripts/build_dashboard.ts";
import { findChromium } from "../../helpers/programs.ts";
import { FakeNode, fakeReceipt, type FakeResult } from "../../helpers/fake_node.ts";
import { startGateway, type TestGateway } from "../../helpers/gateway.ts";
import { samplePrediction } from "../../helpers/samples.ts";
import { Scene as Predictions } from "../../helpers/scene.ts";
import { theBlockResults } from "../../helpers/the_block_results.ts";
import { QuickClock } from "./quick_clock.ts";
import { WatchedPage } from "./watched_page.ts";

const chromium = await findChromium() ?? "";
const root = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

/** A gateway in front of a node, and the page of it. */
class Scene implements AsyncDisposable {
  readonly clock = new QuickClock(4);
  readonly node = FakeNode.start();
  #gateway: TestGateway | undefined;
  #watched: WatchedPage | undefined;

  static async start(
    options: Parameters<typeof WatchedPage.open>[2] = {},
    results: Readonly<Record<string, FakeResult>> | undefined = undefined,
  ): Promise<Scene> {
    await buildDashboard({ root, out: `${root}/dist/dashboard` });
    const scene = new Scene();
    if (results !== undefined) scene.node.answerWith(results);
    await scene.startServer();
    scene.#watched = await WatchedPage.open(chromium, `${scene.#gateway?.url}/`, options);
    return scene;
  }

  get watched(): WatchedPage {
    if (this.#watched === undefined) throw new TypeError("Cannot use the page: there is none yet");
    return this.#watched;
  }

  async startServer(): Promise<void> {
    const port = this.#gateway === undefined ? 0 : Number(new URL(this.#gateway.url).port);
    this.#gateway = await startGateway({ rpc_url: this.node.url, port }, this.clock);
  }

  /** Calls the operator's API. */
  async admin(method: string, path: string, body?: unknown): Promise<void> {
    await this.#gateway?.admin(method, path, body);
  }

  async stopServer(): Promise<void> {
    await this.#gateway?.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watched?.[Symbol.asyncDispose]();
    await this.stopServer();
    await this.node[Symbol.asyncDispose]();
  }
}

Deno.test("the page shows what the node and the gateway say, without a fault", async () => {
  await using scene = await Scene.start();
  const { watched } = scene;
  await watched.status(/Live/);
  await watched.shows({
    network_strength: "37",
    block_height: "123,456",
    finality_time: "6.0 s",
    peer_count: "3",
    active_connections: "23",
    tps: "146 tx/s",
    bandwidth_in: "1.02 MB/s",
    bandwidth_out: "512 KB/s",
    overall_status: "Healthy",
    peers_total: "3",
    receipts_seen: "2",
    streams: "1",
    miners: "0",
  });
  await watched.page.locator(".status .badge").waitFor({ state: "detached" });
  assertEquals(await watched.receipts(), ["receipt_2", "receipt_1"]);
  await watched.page.locator('[data-market="energy"]').filter({ hasText: "Idle" }).waitFor();
  const validators = watched.page.locator("[data-peer]").filter({ hasText: "Validator" });
  assertEquals(await validators.getAttribute("data-peer"), "peer_1");
  watched.assertFaultless();
});

Deno.test("refused predictions show with their reason, and nothing says that all is well", async () => {
  await buildDashboard({ root, out: `${root}/dist/dashboard` });
  await using scene = await Predictions.start();
  await using watched = await WatchedPage.open(chromium, `${scene.server.url}/`);
  await watched.status(/Live/);
  await watched.shows({ refusals: "Refused in the last minute: none" });
  await scene.submit({ predictions: [samplePrediction("good")] });
  const refused = Array.from({ length: 20 }, (_, index) => samplePrediction(`p${index}`, { wager: 1000 }));
  await scene.submit({ predictions: [...refused, samplePrediction("unknown", { game_id: "g404" })] });
  await watched.status(/Predictions are refused.*95\.5 % in the last minute, mostly: wager limit/);
  await watched.page.locator('[data-value="refused"]').filter({ hasText: "21" }).waitFor();
  await watched.shows({
    accepted: "1 /min",
    refusals: "Refused in the last minute: wager limit 20 · unknown game 1",
  });
  watched.assertFaultless();
});

Deno.test("charts draw, and move with every value", async () => {
  await using scene = await Scene.start();
  const { watched, node } = scene;
  await watched.status(/Live/);
  for (const area of ["strength", "tps", "bandwidth", "gateway"]) {
    const drawn = await watched.draws(area, 0);
    const before = await watched.picture(area);
    node.results["net.stats"] = {
      tps: 100 + drawn,
      bandwidth_in: 2_000_000,
      bandwidth_out: 9000,
      active_connections: 7,
    };
    await watched.moved(area, before);
    assert(await watched.draws(area, drawn) > drawn);
  }
  watched.assertFaultless();
});

Deno.test(
  "a restarted server is reconnected to without a reload, and no receipt is lost",
  async () => {
    await using scene = await Scene.start();
    const { watched, node } = scene;
    await watched.status(/Live/);
    await watched.page.evaluate(() => document.documentElement.dataset["loaded"] = "once");
    await scene.stopServer();
    await watched.status(/Drained|Reconnecting/);
    node.receipts = [5, 4, 3, 2, 1].map(fakeReceipt);
    node.results["light.latest_header"] = { number: 123_499, finality_time: 6 };
    await scene.startServer();
    await watched.status(/Live/);
    await watched.page.locator('[data-value="block_height"]').filter({ hasText: "123,499" }).waitFor();
    await watched.page.locator('[data-receipt="receipt_5"]').waitFor();
    assertEquals(await watched.receipts(), [5, 4, 3, 2, 1].map((number) => `receipt_${number}`));
    assertEquals(await watched.page.locator("html").getAttribute("data-loaded"), "once");
    watched.assertFaultless();
  },
);

Deno.test(
  "a node that goes makes the page say stale with the reason, one that comes back live",
  async () => {
    await using scene = await Scene.start();
    const { watched, node } = scene;
    await watched.status(/Live/);
    await node.goDown();
    await watched.status(/Stale.*Network/);
    await watched.page.locator('[data-area="tps"] .badge').filter({ hasText: "Stale" }).waitFor();
    await watched.shows({ block_height: "123,456" });
    assertEquals(await watched.marks(), { title: "Stale · Heliograph", calm: false });
    node.comeBack();
    await watched.page.waitForFunction(() => document.title === "Heliograph");
    assertEquals(await watched.marks(), { title: "Heliograph", calm: true });
    watched.assertFaultless();
  },
);

Deno.test("what the node does not give, the page says is not given", async () => {
  await using scene = await Scene.start({}, theBlockResults());
  const { watched } = scene;
  await watched.status(/Live/);
  await watched.shows({ block_height: "51,204", network_strength: "–", peers_total: "3" });
  for (const area of ["strength", "tiles", "tps", "bandwidth", "markets"]) {
    await watched.page.locator(`[data-area="${area}"]`).getByText(/not given by this node/i).first()
      .waitFor();
  }
  await watched.page.locator('[data-peer="12D3KooWa"]').waitFor();
  await watched.page.locator("[data-receipt]").first().waitFor();
  watched.assertFaultless();
});

Deno.test("a page that is opened during an outage says how old what it shows is", async () => {
  await using scene = await Scene.start();
  const { watched, node, clock } = scene;
  await watched.status(/Live/);
  await node.goDown();
  await watched.status(/Stale/);
  clock.leap(120_000);
  await watched.page.reload();
  await watched.status(/Stale.* 2 min (?:\d+ s )?old/);
  for (const area of ["strength", "tps", "markets", "peers", "receipts"]) {
    const badge = watched.page.locator(`[data-area="${area}"] .badge[data-tone="stale"]`);
    await badge.filter({ hasText: /Stale · [23] min/ }).waitFor();
  }
  await watched.page.locator('[data-area="tiles"] .tile').first().filter({ hasText: /2 min.* old/ })
    .waitFor();
  await watched.page.locator('[data-area="gateway"][data-health="fresh"]').waitFor();
  watched.assertFaultless();
});

Deno.test("a drain shows as one, and a server that is back is connected to when somebody asks for it", async () => {
  await using scene = await Scene.start();
  const { watched } = scene;
  await watched.status(/Live/);
  await scene.admin("POST", "/admin/drain");
  await watched.status(/Drained.*the server sent its clients away/);
  assertEquals((await watched.marks()).title, "Drained · Heliograph");
  await scene.stopServer();
  await scene.startServer();
  await watched.status(/next attempt in/);
  await watched.page.getByRole("button", { name: "Retry now" }).click();
  // What it knew is stale until the first values come.
  await watched.page.waitForFunction(() => document.title === "Heliograph");
  watched.assertFaultless();
});

Deno.test("charts are full when the page is opened, and have no hole where it was hidden", async () => {
  await using scene = await Scene.start();
  const { watched, clock } = scene;
  await watched.status(/Live/);
  const points = (area: string, least: number) =>
    watched.page.waitForFunction(
      ([selector, least]) =>
        Number(document.querySelector<HTMLElement>(selector)?.dataset["points"] ?? 0) >= least,
      [`[data-area="${area}"] .chart-host`, least] as const,
    );
  // The gateway writes down what it does meanwhile.
  for (let slot = 0; slot < 10; slot += 1) {
    const at = clock.now() + 10_000;
    clock.leap(10_000);
    await watched.page.waitForFunction(
      (at) =>
        Number(document.querySelector<HTMLElement>('[data-area="gateway"] .chart-host')?.dataset["to"]) >= at,
      Math.floor(at / 1000),
    );
  }
  await watched.page.reload();
  await watched.status(/Live/);
  await points("gateway", 5);
  await points("tps", 5);
  const longest = await watched.page.locator('[data-area="gateway"] .chart-host').evaluate((host) =>
    Number((host as HTMLElement).dataset["to"]) - Number((host as HTMLElement).dataset["from"])
  );
  assert(longest >= 80, `${longest} s`);
  await watched.page.getByRole("button", { name: "24 h" }).click();
  assertEquals(
    await watched.page.getByRole("button", { name: "24 h" }).getAttribute("aria-pressed"),
    "true",
  );
  await watched.page.getByRole("button", { name: "1 h" }).click();
  await points("gateway", 5);
  watched.assertFaultless();
});

Deno.test("made-up data is marked as simulated", async () => {
  await buildDashboard({ root, out: `${root}/dist/dashboard` });
  await using gateway = await startGateway({ rpc_url: "sim:" });
  await using watched = await WatchedPage.open(chromium, `${gateway.url}/`);
  await watched.status(/Live.*Simulated data/s);
  await watched.page.locator('[data-value="network_strength"]').filter({ hasText: /[1-9]/ }).waitFor();
  watched.assertFaultless();
});

Deno.test(
  "where WebSockets do not get through, the values come all the same and the page says how",
  async () => {
    await using scene = await Scene.start({ prepare: "delete globalThis.WebSocket;" });
    const { watched } = scene;
    await watched.status(/Live.*Server-sent events/s);
    await watched.shows({ block_height: "123,456", events: "1" });
    watched.assertFaultless();
  },
);

Deno.test("a stream of the operator's own has a card, with what was published last", async () => {
  await using scene = await Scene.start();
  const { watched: { page }, watched } = scene;
  await watched.status(/Live/);
  await scene.admin("PUT", "/admin/streams/fees", { description: "Fees" });
  await scene.admin("POST", "/admin/streams/fees", { data: { base_fee: 12, market: { name: "compute" } } });
  await page.reload();
  await page.locator('[data-area="own"] [data-field="base_fee"]', { hasText: "12" }).waitFor();
  assertEquals(await page.getByRole("heading", { name: "fees" }).count(), 1);
  assertEquals(await page.locator('[data-field="market.name"]').innerText(), "compute");
  await scene.admin("POST", "/admin/streams/fees", { data: { base_fee: 13 } });
  await page.locator('[data-area="own"] [data-field="base_fee"]', { hasText: "13" }).waitFor();
  await page.locator('[data-field="market.name"]').waitFor({ state: "detached" });
  watched.assertFaultless();
});
