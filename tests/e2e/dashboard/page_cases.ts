import type {} from "./scripted_page.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { findChromium } from "../../helpers/programs.ts";
import { findPaleTexts } from "./contrast.ts";
import { ScriptedServer } from "./scripted_server.ts";
import { WatchedPage } from "./watched_page.ts";

const chromium = await findChromium() ?? "";
const still = { reducedMotion: "reduce" } as const;

/** Connects and plays so many steps of two seconds. */
async function play({ page }: WatchedPage, from: number, to: number): Promise<void> {
  await page.evaluate(async ([from, to]) => {
    scriptedStreams.change({ state: "connected", transport: "websocket", simulated: false });
    await playSteps(from, to, 20);
  }, [from, to] as const);
}

Deno.test(
  "the peers' table is sorted with the keyboard alone, and says how it is sorted",
  async () => {
    await using server = await ScriptedServer.start();
    await using watched = await WatchedPage.open(chromium, server.url, still);
    const { page } = watched;
    await play(watched, 0, 2);
    const head = page.locator('th[data-column="id"]');
    const first = page.locator("[data-peer]").first();
    const byLatency = await first.getAttribute("data-peer");
    await page.locator("[data-value=peers_total]").waitFor();
    while (!await head.locator("button").evaluate((button) => button === document.activeElement)) {
      await page.keyboard.press("Tab");
    }
    assertEquals(await head.getAttribute("aria-sort"), "none");
    await page.keyboard.press("Enter");
    assertEquals(await head.getAttribute("aria-sort"), "ascending");
    const byId = await first.getAttribute("data-peer");
    assert(byId !== byLatency);
    await page.keyboard.press("Space");
    assertEquals(await head.getAttribute("aria-sort"), "descending");
    assert(await first.getAttribute("data-peer") !== byId);
    watched.assertFaultless();
  },
);

Deno.test(
  "the page has one heading of the first rank, landmarks, and a name on everything to press",
  async () => {
    await using server = await ScriptedServer.start();
    await using watched = await WatchedPage.open(chromium, server.url, still);
    const { page } = watched;
    await play(watched, 0, 20);
    assertEquals(await page.getByRole("heading", { level: 1 }).allInnerTexts(), ["Heliograph"]);
    assertEquals(await page.getByRole("heading", { level: 2 }).allInnerTexts(), [
      "Network strength",
      "Transactions",
      "Bandwidth",
      "Markets",
      "Peers",
      "Market receipts",
      "Gateway",
    ]);
    assertEquals([await page.getByRole("main").count(), await page.getByRole("banner").count()], [1, 1]);
    assertEquals(await page.getByRole("button", { name: /^$/ }).count(), 0);
    assertEquals(await page.getByRole("button").count(), 8);
    assertEquals(await page.getByRole("columnheader").count(), 4);
    assert(await page.getByRole("rowheader").count() >= 8);
    assertEquals(await page.getByRole("table").getAttribute("aria-rowcount"), "43");
    assertEquals(await page.getByRole("link", { name: "API" }).getAttribute("href"), "docs");
    assertEquals(await page.getByRole("meter", { name: "Network strength" }).count(), 1);
    assertEquals(await page.getByRole("status").innerText(), "Live: all streams up to date");
    assertEquals(await page.locator("html").getAttribute("lang"), "en");
    await page.keyboard.press("Tab");
    assertEquals(await page.evaluate(() => document.activeElement?.textContent), "Skip to the content");
  },
);

/** Has the node tell of so many peers, one of them much slower than all others. */
async function showPeers({ page }: WatchedPage, count: number): Promise<void> {
  await page.evaluate((count) => {
    scriptedStreams.change({ state: "connected", transport: "websocket", simulated: false });
    const peers = Array.from({ length: count }, (_, index) => ({
      id: `peer_${index}`,
      address: `/ip4/10.0.${index >> 8}.${index & 255}/tcp/30333`,
      latency_ms: index === 7 ? 60_000 : 20 + index % 300,
      is_validator: index % 10 === 0,
    }));
    scriptedStreams.send("peers", { peers, total: count }, Date.now() / 1000);
  }, count);
  await page.locator("[data-peer]").first().waitFor();
}

Deno.test("any of 5,000 peers is found by searching or scrolling, and the slowest at once", async () => {
  await using server = await ScriptedServer.start();
  await using watched = await WatchedPage.open(chromium, server.url, still);
  const { page } = watched;
  await showPeers(watched, 5000);
  const first = page.locator("[data-peer]").first();
  assert(await page.locator("[data-peer]").count() < 60);
  await page.getByRole("button", { name: "Slowest first" }).click();
  await page.locator('[data-peer="peer_7"]').waitFor();
  assertEquals(await first.getAttribute("data-peer"), "peer_7");
  const widths = await page.locator(".bar-fill").evaluateAll((bars) =>
    bars.slice(0, 8).map((bar) => bar.getBoundingClientRect().width / (bar.parentElement?.clientWidth ?? 1))
  );
  assert(widths.every((width) => width > 0.9), widths.join());
  await page.getByRole("searchbox").fill("peer_4321");
  await page.locator('[data-peer="peer_4321"]').waitFor();
  await page.getByText("1 of 5,000").waitFor();
  await page.getByRole("searchbox").fill("");
  const table = page.getByRole("region", { name: "Table of peers" });
  await table.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await page.locator('[aria-rowindex="5001"]').waitFor();
  assertEquals(await page.getByRole("table").getAttribute("aria-rowcount"), "5001");
  watched.assertFaultless();
});

Deno.test("every chart stands in words too, with its value and its range", async () => {
  await using server = await ScriptedServer.start();
  await using watched = await WatchedPage.open(chromium, server.url, still);
  await play(watched, 0, 20);
  const texts = await watched.page.locator("figcaption").allInnerTexts();
  assertEquals(texts.length, 4);
  assertMatch(texts[0] ?? "", /^Chart of network strength: strength \d+ now, between \d+ and \d+$/);
  assertMatch(texts[2] ?? "", /: in [\d.]+ [KM]B\/s now, between .* and .*; out [\d.]+ KB\/s now, between/);
});

Deno.test("texts are readable in light and dark, live, stale and disconnected", async () => {
  await using server = await ScriptedServer.start();
  for (const colorScheme of ["light", "dark"] as const) {
    await using watched = await WatchedPage.open(chromium, server.url, { ...still, colorScheme });
    const { page } = watched;
    assertEquals(await page.evaluate(findPaleTexts), []);
    await play(watched, 0, 20);
    assertEquals(await page.evaluate(findPaleTexts), []);
    await page.evaluate(() =>
      scriptedStreams.change({ stale: { network_metrics: "gone", peers: "gone", receipts: "gone" } })
    );
    await watched.status(/Stale/);
    assertEquals(await page.evaluate(findPaleTexts), []);
    await page.evaluate(() =>
      scriptedStreams.change({ state: "reconnecting", transport: "poll", simulated: true })
    );
    await watched.status(/Reconnecting/);
    assertEquals(await page.evaluate(findPaleTexts), []);
  }
});

Deno.test("the theme that was chosen is there after a reload", async () => {
  await using server = await ScriptedServer.start();
  await using watched = await WatchedPage.open(chromium, server.url, { ...still, colorScheme: "light" });
  const { page } = watched;
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  const button = page.getByRole("button", { name: /^Theme/ });
  await button.click();
  await button.click();
  assertMatch(await button.getAttribute("aria-label") ?? "", /^Theme: dark/);
  const dark = await background();
  assert(dark !== light);
  await page.reload();
  await button.waitFor();
  assertEquals(await background(), dark);
  await button.click();
  await page.reload();
  await button.waitFor();
  assertEquals(await background(), light);
});

Deno.test("a page on which nothing happens draws nothing", async () => {
  await using server = await ScriptedServer.start();
  await using watched = await WatchedPage.open(chromium, server.url);
  await play(watched, 0, 20);
  await watched.status(/Live/);
  assertEquals(await watched.page.evaluate(() => document.getAnimations().length), 0);
});

Deno.test("the first value draws an axis with its times", async () => {
  await using server = await ScriptedServer.start();
  await using watched = await WatchedPage.open(chromium, server.url, still);
  await play(watched, 0, 1);
  await watched.draws("tps", 0);
  const range = await watched.page.locator('[data-area="tps"] .chart-host').evaluate((host) =>
    Number((host as HTMLElement).dataset["to"]) - Number((host as HTMLElement).dataset["from"])
  );
  assertEquals(range, 60);
});

Deno.test("nothing is wider than the screen, on a phone as on a wall", async () => {
  await using server = await ScriptedServer.start();
  await using watched = await WatchedPage.open(chromium, server.url, still);
  await play(watched, 0, 20);
  for (const width of [320, 390, 768, 1280, 1920]) {
    await watched.page.setViewportSize({ width, height: 900 });
    const excess = await watched.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assertEquals(excess, 0, `at ${width}`);
  }
});

Deno.test("values that come and go move nothing on the page", async () => {
  await using server = await ScriptedServer.start();
  await using watched = await WatchedPage.open(chromium, server.url, still);
  const tops = () =>
    watched.page.evaluate(() =>
      [...document.querySelectorAll("[data-area]")].map((element) => element.getBoundingClientRect().top)
    );
  const before = await tops();
  await play(watched, 0, 40);
  assertEquals(await tops(), before);
  await watched.page.evaluate(() =>
    scriptedStreams.change({ state: "reconnecting", error: "gone ".repeat(40) })
  );
  await watched.status(/Reconnecting/);
  assertEquals(await tops(), before);
});

Deno.test("an hour of updates leaves the page no larger than it was", async () => {
  await using server = await ScriptedServer.start();
  await using watched = await WatchedPage.open(chromium, server.url, still);
  const session = await watched.page.context().newCDPSession(watched.page);
  await session.send("Performance.enable");
  const measure = async () => {
    await session.send("HeapProfiler.collectGarbage");
    const { metrics } = await session.send("Performance.getMetrics");
    const of = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? NaN;
    return { heap: of("JSHeapUsedSize"), nodes: of("Nodes"), listeners: of("JSEventListeners") };
  };
  // By then every history and list is full.
  await play(watched, 0, 1000);
  const before = await measure();
  await play(watched, 1000, 2800);
  const after = await measure();
  assert(after.nodes <= before.nodes * 1.02, `${before.nodes} nodes, then ${after.nodes}`);
  assert(after.listeners <= before.listeners, `${before.listeners} listeners, then ${after.listeners}`);
  assert(after.heap <= before.heap + 1_000_000, `${before.heap} bytes, then ${after.heap}`);
  assertEquals(await watched.page.locator("[data-receipt]").count(), 200);
  watched.assertFaultless();
});
