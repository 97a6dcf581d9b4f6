import axe, { type AxeResults } from "axe-core";
import { assert, assertEquals } from "@std/assert";
import type { Locator, Page } from "playwright-core";
import { AllPages } from "./all_pages.ts";

declare global {
  var axe: { run(): Promise<AxeResults> };
  var tabbed: WeakSet<Element>;
}

/** What can be pressed, chosen or filled in; of radio buttons with one name, which are one stop, those that are chosen. */
const controls =
  "a[href], button:enabled, input:enabled:not([type=radio]), input[type=radio]:checked, select:enabled, " +
  "textarea:enabled, summary, [tabindex='0']";

/** Goes through a page with the Tab key: names what has the focus and does not show it, and what never gets it. */
async function tabThrough(page: Page, name: string): Promise<string[]> {
  const faults: string[] = [];
  const count = await page.evaluate((controls) => {
    globalThis.tabbed = new WeakSet();
    return document.querySelectorAll(controls).length;
  }, controls);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  for (let step = 0; step < count + 10; step += 1) {
    await page.keyboard.press("Tab");
    const fault = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return undefined;
      tabbed.add(element);
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const { top, bottom, width } = element.getBoundingClientRect();
      const isShown = outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
      const isInView = bottom > 0 && top < innerHeight && width > 0;
      return isShown && isInView ? undefined : `${element.outerHTML.slice(0, 120)} hides its focus`;
    });
    if (fault !== undefined) faults.push(`${name}: ${fault}`);
  }
  const missed = await page.evaluate((controls) =>
    [...document.querySelectorAll(controls)]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !tabbed.has(element))
      .map((element) => element.outerHTML.slice(0, 120)), controls);
  return [...faults, ...missed.map((html) => `${name}: ${html} is not reached`)];
}

Deno.test("no page breaks a rule of accessibility that a program can check, in light and dark", async () => {
  for (const [colorScheme, width] of [["light", 1280], ["dark", 390]] as const) {
    await using pages = await AllPages.start({ colorScheme, viewport: { width, height: 900 } });
    const { page } = pages;
    const broken: string[] = [];
    for await (const { name, open } of pages.all()) {
      await open();
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      broken.push(
        ...violations.flatMap(({ id, nodes }) =>
          nodes.map(({ html, failureSummary }) =>
            `${name}, ${colorScheme}, ${width}: ${id}: ${html.slice(0, 200)}: ${failureSummary}`
          )
        ),
      );
    }
    assertEquals(broken, []);
    pages.watched.assertFaultless();
  }
});

Deno.test("no page is wider than the screen, at no width and not when it is zoomed", async () => {
  await using pages = await AllPages.start();
  const { page } = pages;
  const wide: string[] = [];
  for await (const { name, open } of pages.all()) {
    await page.setViewportSize({ width: 1280, height: 900 });
    await open();
    // At 200 % a screen of 1280 pixels has room for 640.
    for (const [width, height] of [[390, 800], [640, 450], [768, 1024], [1280, 900], [1920, 1080]] as const) {
      await page.setViewportSize({ width, height });
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (excess > 0) wide.push(`${name} at ${width}: ${excess}`);
    }
  }
  assertEquals(wide, []);
  pages.watched.assertFaultless();
});

Deno.test("every control of every page is reached with the Tab key, and shows that it has the focus", async () => {
  for (const width of [1280, 390]) {
    await using pages = await AllPages.start({ viewport: { width, height: 900 } });
    const faults: string[] = [];
    for await (const { name, open } of pages.all()) {
      await open();
      if (name !== "console: a dialog") faults.push(...await tabThrough(pages.page, `${name} at ${width}`));
    }
    assertEquals(faults, []);
    pages.watched.assertFaultless();
  }
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
