import { assert, assertEquals, assertMatch } from "@std/assert";
import { buildDashboard } from "../../../scripts/build_dashboard.ts";
import { adminToken } from "../../helpers/gateway.ts";
import { findChromium } from "../../helpers/programs.ts";
import { Scene } from "../../helpers/scene.ts";
import { findPaleTexts } from "./contrast.ts";
import { WatchedPage } from "./watched_page.ts";

const chromium = await findChromium() ?? "";
const root = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");
const phone = { viewport: { width: 390, height: 800 } } as const;

/** A gateway, and its reference in a browser. */
class ReferenceScene implements AsyncDisposable {
  private constructor(readonly gateway: Scene, readonly watched: WatchedPage) {}

  static async start(
    options: Parameters<typeof WatchedPage.open>[2] = {},
    hash = "",
  ): Promise<ReferenceScene> {
    await buildDashboard({ root, out: `${root}/dist/dashboard` });
    const gateway = await Scene.start({ rpc_url: "sim:" });
    const watched = await WatchedPage.open(chromium, `${gateway.server.url}/docs${hash}`, options);
    return new ReferenceScene(gateway, watched);
  }

  get page() {
    return this.watched.page;
  }

  /** What is inside an entry, which it opens. */
  async entry(id: string) {
    await this.page.evaluate((id) => void (location.hash = id), id);
    const inside = this.page.locator(`[id="${id}"]`);
    await inside.waitFor();
    return inside;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.watched[Symbol.asyncDispose]();
    await this.gateway[Symbol.asyncDispose]();
  }
}

Deno.test("the search finds requests, messages and settings, best first, and opens what is chosen", async () => {
  await using scene = await ReferenceScene.start();
  const { page } = scene;
  await page.keyboard.press("/");
  await page.keyboard.type("confirmation");
  const results = page.locator("#results a");
  await results.first().waitFor();
  assertMatch(await results.first().innerText(), /^confirmation/);
  assertEquals(await page.locator("#chapters").isVisible(), false);
  await page.getByRole("searchbox").fill("max_strangers");
  await page.keyboard.press("Enter");
  await page.locator('[id="setting-websocket.max_strangers_per_address"]').waitFor();
  await page.getByRole("searchbox").fill("no such thing anywhere");
  await page.getByRole("status").filter({ hasText: "0 found" }).waitFor();
  await page.getByRole("searchbox").fill("");
  await page.locator("#chapters").waitFor();
  scene.watched.assertFaultless();
});

Deno.test("an example is shown in the language that was chosen, at this server's address, and is copied", async () => {
  await using scene = await ReferenceScene.start({ permissions: ["clipboard-read", "clipboard-write"] });
  const { page, gateway } = scene;
  const entry = await scene.entry("get-admin-miners");
  const curl = entry.locator('[data-language="curl"]');
  await curl.getByRole("button", { name: "Copy" }).click();
  await curl.getByRole("button", { name: "Copied" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert(copied.startsWith(`curl '${gateway.server.url}/admin/miners'`), copied);
  await entry.getByRole("radio", { name: "Python" }).check();
  await entry.locator('[data-language="python"]').getByText("urlopen").first().waitFor();
  assertEquals(await curl.isVisible(), false);
  await page.reload();
  const other = await scene.entry("streams.subscribe");
  await other.locator('[data-language="python"]').getByText("websockets.sync.client").waitFor();
  scene.watched.assertFaultless();
});

Deno.test("a request is made against this server, and its answer is shown", async () => {
  await using scene = await ReferenceScene.start();
  const entry = await scene.entry("get-healthz");
  await entry.getByRole("button", { name: "Send GET" }).click();
  await entry.getByRole("status").filter({ hasText: /^200 .*application\/json/ }).waitFor();
  assertMatch(await entry.locator(".try pre").innerText(), /"status": "ok"/);
  scene.watched.assertFaultless();
});

Deno.test("the admin token is asked for once, kept by the page alone, and a change is asked for twice", async () => {
  await using scene = await ReferenceScene.start();
  const { page, gateway } = scene;
  const listing = await scene.entry("get-admin-miners");
  await listing.getByLabel(/Admin token/).fill(adminToken);
  await listing.getByRole("button", { name: "Send GET" }).click();
  await listing.getByRole("status").filter({ hasText: "200" }).waitFor();
  assertMatch(await listing.locator(".try pre").innerText(), new RegExp(gateway.key.address));
  const removal = await scene.entry("delete-admin-miners-hotkey-");
  await removal.getByLabel("hotkey, path").fill(gateway.key.address);
  await removal.getByRole("button", { name: "Send DELETE" }).click();
  const registered = async () => JSON.stringify(await gateway.server.admin("GET", "/admin/miners"));
  assertMatch(await registered(), new RegExp(gateway.key.address));
  await removal.getByRole("button", { name: "Send DELETE now" }).click();
  await removal.getByRole("status").filter({ hasText: "200" }).waitFor();
  assert(!(await registered()).includes(gateway.key.address));
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])
  );
  assert(!kept.includes(adminToken));
  await page.reload();
  const again = await scene.entry("get-admin-miners");
  assertEquals(await again.getByLabel(/Admin token/).inputValue(), "");
  scene.watched.assertFaultless();
});

Deno.test("events are shown as they come, until somebody stops them", async () => {
  await using scene = await ReferenceScene.start();
  const entry = await scene.entry("get-api-v1-streams-name-events");
  await entry.getByLabel("name, path").fill("network_metrics");
  await entry.getByRole("button", { name: "Send GET" }).click();
  await entry.locator(".try pre").filter({ hasText: "network_strength" }).waitFor();
  await entry.getByRole("button", { name: "Stop" }).click();
  await entry.getByRole("button", { name: "Stop" }).waitFor({ state: "hidden" });
  scene.watched.assertFaultless();
});

Deno.test("a message is sent on a WebSocket, and what comes is shown", async () => {
  await using scene = await ReferenceScene.start();
  const entry = await scene.entry("streams.subscribe");
  await entry.getByRole("button", { name: "Send", exact: true }).click();
  await entry.locator(".frames li").filter({ hasText: '"type":"subscribed"' }).first().waitFor();
  await entry.locator(".frames li").filter({ hasText: '"type":"network_metrics"' }).first().waitFor();
  await entry.getByRole("button", { name: "Close the connection" }).click();
  await entry.getByRole("status").filter({ hasText: "Closed: 1005" }).waitFor();
  scene.watched.assertFaultless();
});

Deno.test("on a phone the contents open, lead somewhere and close with the keyboard alone", async () => {
  await using scene = await ReferenceScene.start(phone);
  const { page } = scene;
  const contents = page.getByRole("navigation", { name: "Contents" });
  await page.getByRole("heading", { level: 1 }).waitFor();
  assertEquals(await contents.count(), 0);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  assertEquals(await page.evaluate(() => document.activeElement?.textContent), "Contents");
  await page.keyboard.press("Enter");
  await contents.waitFor();
  await page.keyboard.press("Escape");
  await contents.waitFor({ state: "hidden" });
  assertEquals(await page.evaluate(() => document.activeElement?.textContent), "Contents");
  await page.keyboard.press("Enter");
  const link = contents.getByRole("link", { name: "Schemas" });
  for (let step = 0; step < 40; step += 1) {
    if (await link.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await contents.waitFor({ state: "hidden" });
  assertMatch(page.url(), /#schemas$/);
  await page.waitForFunction(() =>
    (document.getElementById("schemas")?.getBoundingClientRect().top ?? Infinity) < innerHeight
  );
  scene.watched.assertFaultless();
});

Deno.test("without its script the reference is read all the same, and a link opens what it names", async () => {
  await using scene = await ReferenceScene.start({ javaScriptEnabled: false }, "#schema-Miner");
  const { page } = scene;
  await page.locator('[id="schema-Miner"]').getByText("blacklisted").waitFor();
  await page.locator("summary").filter({ hasText: "/healthz" }).click();
  const entry = page.locator('[id="get-healthz"]');
  await entry.getByText("curl 'http://127.0.0.1:10401/healthz'").waitFor();
  await entry.getByText("TypeScript", { exact: true }).click();
  await entry.getByText("await fetch(").waitFor();
  assertEquals(await page.getByRole("searchbox").count(), 0);
});

Deno.test("the reference is some screens long, readable in light and dark, and its links are not told by colour", async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    await using scene = await ReferenceScene.start({ colorScheme });
    const { page } = scene;
    const screens = await page.evaluate(() => document.documentElement.scrollHeight / innerHeight);
    assert(screens < 12, `${screens} screens`);
    await page.locator("details").evaluateAll((all) =>
      all.forEach((details) => (details as HTMLDetailsElement).open = true)
    );
    assertEquals(await page.evaluate(findPaleTexts), []);
    const plain = await page.locator("main a").evaluateAll((links) =>
      links.filter((link) => !getComputedStyle(link).textDecorationLine.includes("underline")).length
    );
    assertEquals(plain, 0);
    for (const width of [390, 768, 1280, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      assertEquals(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        0,
        `${width}`,
      );
    }
    scene.watched.assertFaultless();
  }
});
