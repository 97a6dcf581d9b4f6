import axe, { type AxeResults } from "axe-core";
import { assert, assertEquals } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { buildDashboard } from "../../../scripts/build_dashboard.ts";
import { adminToken } from "../../helpers/gateway.ts";
import { ServerProcess, TemporaryFolder } from "../../helpers/process.ts";
import { findChromium } from "../../helpers/programs.ts";
import { AllPages } from "./all_pages.ts";
import { WatchedPage } from "./watched_page.ts";

const chromium = await findChromium() ?? "";
const root = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

declare global {
  var axe: { run(): Promise<AxeResults> };
  /** What had the focus, and whether that could be seen. */
  var tabbed: Map<Element, boolean>;
}

/** What can be pressed, chosen or filled in; of radio buttons with one name, which are one stop, those that are chosen. */
const controls =
  "a[href], button:enabled, input:enabled:not([type=radio]), input[type=radio]:checked, select:enabled, " +
  "textarea:enabled, summary, [tabindex='0']";

/** Presses that are under way at once. */
const pressesAtOnce = 50;

/** How often a page is gone through, where there still is something that had no focus. */
const mostRounds = 3;

/** Holds the Tab key down until it has been repeated so often. */
async function holdTab(page: Page, times: number): Promise<void> {
  for (let pressed = 0; pressed < times; pressed += pressesAtOnce) {
    const many = Math.min(pressesAtOnce, times - pressed);
    await Promise.all(Array.from({ length: many }, () => page.keyboard.down("Tab")));
  }
  await page.keyboard.up("Tab");
}

/** Goes through a page with the Tab key: names what has the focus and does not show it, and what never gets it. */
async function tabThrough(page: Page, name: string): Promise<string[]> {
  const count = await page.evaluate((controls) => {
    globalThis.tabbed = new Map();
    addEventListener("focusin", ({ target }) => {
      if (!(target instanceof Element)) return;
      const { outlineStyle, outlineWidth } = getComputedStyle(target);
      const { top, bottom, width } = target.getBoundingClientRect();
      const isShown = outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
      tabbed.set(target, isShown && bottom > 0 && top < innerHeight && width > 0);
    });
    (document.activeElement as HTMLElement | null)?.blur();
    return document.querySelectorAll(controls).length;
  }, controls);
  let faults: string[] = [];
  // A table makes rows as they come into view, so that there is more to reach than there was at first.
  for (let round = 0; round < mostRounds; round += 1) {
    await holdTab(page, count + 10);
    faults = await page.evaluate(findTabFaults, [controls, name] as const);
    if (faults.length === 0) break;
  }
  return faults;
}

/** In the page: what has had the focus and hid it, and what has not had it. */
function findTabFaults([controls, name]: readonly [controls: string, name: string]): string[] {
  const described = (element: Element) => `${name}: ${element.outerHTML.slice(0, 120)}`;
  const hidden = [...tabbed].filter(([, isShown]) => !isShown);
  // Nothing behind a dialog is to be reached while it is open.
  const missed = [...(document.querySelector("dialog[open]") ?? document).querySelectorAll(controls)]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !tabbed.has(element));
  return [
    ...hidden.map(([element]) => `${described(element)} hides its focus`),
    ...missed.map((element) => `${described(element)} is not reached`),
  ];
}

/** Names what breaks a rule of accessibility that a program can check. */
async function findViolations(page: Page, name: string): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${name}: ${id}: ${html.slice(0, 200)}: ${failureSummary}`)
  );
}

/** Widths and heights; at 200 % a screen of 1280 pixels has room for 640. */
const sizes = [[390, 800], [640, 450], [768, 1024], [1280, 900], [1920, 1080]] as const;

/** Names the widths at which a page is wider than the screen, and leaves it at the size that it had. */
async function findExcess(page: Page, name: string): Promise<string[]> {
  const before = page.viewportSize();
  const wide: string[] = [];
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (excess > 0) wide.push(`${name}: ${excess} too wide for ${width}`);
  }
  if (before !== null) await page.setViewportSize(before);
  return wide;
}

const screens = [{ colorScheme: "light", width: 1280 }, { colorScheme: "dark", width: 390 }] as const;

Deno.test("every page keeps to the rules of accessibility, fits any width, and is used with the Tab key alone", async () => {
  await Promise.all(screens.map(async ({ colorScheme, width }) => {
    await using pages = await AllPages.start({ colorScheme, viewport: { width, height: 900 } });
    const faults: string[] = [];
    for await (const { name, open } of pages.all()) {
      await open();
      for (const find of [findViolations, findExcess, tabThrough]) {
        faults.push(...await find(pages.page, `${name}, ${colorScheme}, ${width}`));
      }
    }
    assertEquals(faults, []);
    pages.watched.assertFaultless();
  }));
});

/** Moves the focus forwards until something has it. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let step = 0; step < 60; step += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("The Tab key does not lead there");
}

const hasFocus = (element: Element) => element.contains(document.activeElement);

Deno.test("what a row opens takes the focus and gives it back, and so does a dialog, which keeps it", async () => {
  await using pages = await AllPages.start();
  const { page, gateway: { key } } = pages;
  await pages.login();
  await pages.openConsole("#/miners");
  const row = page.locator(`[data-row="${key.address}"] button`);
  await row.focus();
  await page.keyboard.press("Enter");
  const drawer = page.getByRole("complementary");
  await drawer.waitFor();
  assert(await drawer.evaluate(hasFocus));
  const blacklist = drawer.getByRole("button", { name: "Blacklist" });
  await tabTo(page, blacklist);
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press("Tab");
    // Between its last control and its first there may be those of the browser.
    assert(
      await dialog.evaluate((element) =>
        element.contains(document.activeElement) || document.activeElement === document.body
      ),
    );
  }
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert(await blacklist.evaluate(hasFocus));
  assert(await drawer.isVisible());
  await page.keyboard.press("Escape");
  await drawer.waitFor({ state: "hidden" });
  assert(await row.evaluate(hasFocus));
  pages.watched.assertFaultless();
});

Deno.test("on a phone the menu of the console is opened, used and closed with the keyboard alone", async () => {
  await using pages = await AllPages.start({ viewport: { width: 390, height: 800 } });
  const { page } = pages;
  await pages.login();
  const more = page.getByRole("button", { name: "More" });
  await tabTo(page, more);
  assertEquals(await more.getAttribute("aria-expanded"), "false");
  await page.keyboard.press("Enter");
  assertEquals(await more.getAttribute("aria-expanded"), "true");
  await page.keyboard.press("Escape");
  assertEquals(await more.getAttribute("aria-expanded"), "false");
  assert(await more.evaluate(hasFocus));
  await page.keyboard.press("Enter");
  const settings = page.getByRole("link", { name: "Settings" });
  await settings.waitFor();
  await settings.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
  assertEquals(await more.getAttribute("aria-expanded"), "false");
  pages.watched.assertFaultless();
});

/** Rows that are ever there at once, and that one step of scrolling makes: some more than are in view. */
const [mostRows, mostMade] = [60, 60];

/** Scrolls a table to its end in so many steps; answers the most rows that were there and that a step made. */
async function scrollTable(table: Locator, steps: number): Promise<{ rows: number; made: number }> {
  return await table.evaluate(async (element, steps) => {
    let [made, mostMade, rows] = [0, 0, 0];
    const observer = new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) {
          if (node instanceof HTMLElement && node.dataset["row"] !== undefined) made += 1;
        }
      }
    });
    observer.observe(element, { childList: true, subtree: true });
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let step = 0; step <= steps; step += 1) {
      made = 0;
      element.scrollTop = element.scrollHeight * step / steps;
      for (let frames = 0; frames < 3; frames += 1) await frame();
      mostMade = Math.max(mostMade, made);
      rows = Math.max(rows, element.querySelectorAll("[data-row]").length);
    }
    observer.disconnect();
    return { rows, made: mostMade };
  }, steps);
}

Deno.test("5,000 miners and 100,000 predictions are scrolled through with a few rows at a time", async () => {
  await using pages = await AllPages.start();
  const { page } = pages;
  await pages.registerMiners(5000);
  await pages.login();
  await pages.openConsole("#/miners");
  await page.getByText("5,001 of 5,001").waitFor();
  const miners = page.getByRole("region", { name: "Table: Miners" });
  await page.locator("[data-row]").first().waitFor();
  const scrolled = await scrollTable(miners, 50);
  assert(scrolled.rows > 10 && scrolled.rows <= mostRows, `${scrolled.rows} rows`);
  assert(scrolled.made <= mostMade, `${scrolled.made} rows made`);
  await page.locator('[aria-rowindex="5002"]').waitFor();
  await pages.openConsole("#/predictions");
  await pages.tellPredictions(100_000);
  const predictions = page.getByRole("region", { name: /^Table: Predictions/ });
  const fed = await scrollTable(predictions, 50);
  assert(fed.rows > 10 && fed.rows <= mostRows, `${fed.rows} rows`);
  assert(fed.made <= mostMade, `${fed.made} rows made`);
  // The page keeps the newest, however many there were.
  await page.getByText("2,000 shown").waitFor();
  pages.watched.assertFaultless();
});

Deno.test("a server that is killed and comes back is gone on with, by page and console, without a reload", async () => {
  await buildDashboard({ root, out: `${root}/dist/dashboard` });
  await using folder = await TemporaryFolder.make();
  const flags = ["--rpc_url=sim:", `--store=${folder.path}/store.db`, `--validator_key=${folder.path}/key`];
  const first = await ServerProcess.start({ cwd: folder.path }, flags);
  await using dashboard = await WatchedPage.open(chromium, `${first.url}/`);
  await using operator = await WatchedPage.open(chromium, `${first.url}/console`);
  const both = [dashboard, operator];
  await operator.page.getByLabel("Admin token").fill(adminToken);
  await operator.page.getByRole("button", { name: "Log in" }).click();
  await Promise.all([dashboard.status(/Live/), operator.status(/Online/)]);
  for (const { page } of both) {
    await page.evaluate(() => void (document.documentElement.dataset["loaded"] = "once"));
  }
  await first.end("SIGKILL");
  await Promise.all(both.map((watched) => watched.status(/Reconnecting/)));
  await using _second = await ServerProcess.start({ cwd: folder.path }, [
    ...flags,
    `--port=${new URL(first.url).port}`,
  ]);
  await Promise.all([dashboard.status(/Live/), operator.status(/Online/)]);
  for (const watched of both) {
    assertEquals(await watched.page.locator("html").getAttribute("data-loaded"), "once");
    assertEquals(watched.faults.filter((fault) => !/ERR_CONNECTION|ERR_EMPTY_RESPONSE/.test(fault)), []);
  }
});
