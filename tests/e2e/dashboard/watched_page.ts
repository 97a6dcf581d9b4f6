import { assertEquals } from "@std/assert";
import type { BrowserContextOptions, Page } from "playwright-core";
import { sharedBrowser } from "./shared_browser.ts";

/** What a browser says of every connection that is refused; a page cannot keep it from that. */
const refusedConnection = /net::ERR_CONNECTION_(?:REFUSED|RESET|CLOSED)|ERR_INCOMPLETE_CHUNKED_ENCODING/;

/** Milliseconds after which what does not come is a fault, however slow the machine is. */
const patience = 60_000;

/** A page in a real browser, in a profile of its own, with all that went wrong on it. */
export class WatchedPage implements AsyncDisposable {
  /** Errors, warnings, violations of the policy, and requests to other hosts. */
  readonly faults: string[] = [];

  private constructor(readonly page: Page, url: string) {
    const { host } = new URL(url);
    page.on("console", (message) => this.#note(message.type(), message.text()));
    page.on("pageerror", ({ message }) => this.#note("error", message));
    page.on("request", (request) => this.#noteForeign(request.url(), host));
    page.on("websocket", (socket) => this.#noteForeign(socket.url(), host));
  }

  /** Opens a page; `prepare` runs in it before anything else. */
  static async open(
    chromium: string,
    url: string,
    options: BrowserContextOptions & { readonly prepare?: string } = {},
  ): Promise<WatchedPage> {
    const { prepare, ...context } = options;
    const browser = await sharedBrowser(chromium);
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...context });
    page.setDefaultTimeout(patience);
    const watched = new WatchedPage(page, url);
    await page.addInitScript(
      `addEventListener("securitypolicyviolation", (event) => console.error("policy: " + event.violatedDirective));${
        prepare ?? ""
      }`,
    );
    await page.goto(url);
    return watched;
  }

  /** What is shown for a value, once it is there. */
  async value(name: string): Promise<string> {
    const text = await this.page.locator(`[data-value="${name}"]`).innerText();
    return text.replaceAll("\u00a0", " ");
  }

  /** Asserts what is shown for values, by their names, once it has come. */
  async shows(wanted: Readonly<Record<string, string>>): Promise<void> {
    const coming = this.page.waitForFunction(
      (wanted) =>
        Object.entries(wanted).every(([name, text]) => {
          const element = document.querySelector<HTMLElement>(`[data-value="${name}"]`);
          return element?.innerText.replaceAll("\u00a0", " ") === text;
        }),
      wanted,
    );
    // What differs says the assertion.
    await coming.catch(() => {});
    const shown = Object.keys(wanted).map(async (name) => [name, await this.value(name)] as const);
    assertEquals(Object.fromEntries(await Promise.all(shown)), wanted);
  }

  /** Resolves when the status line reads so; looks in every frame, where a locator looks twice a second. */
  async status(wanted: RegExp): Promise<void> {
    await this.page.waitForFunction(
      (wanted) =>
        new RegExp(wanted.source, wanted.flags).test(document.querySelector(".status")?.textContent ?? ""),
      { source: wanted.source, flags: wanted.flags },
    );
  }

  /** The title, and whether the icon is that of a page on which all is well. */
  async marks(): Promise<{ readonly title: string; readonly calm: boolean }> {
    const icon = await this.page.locator('link[rel="icon"]').getAttribute("href");
    return { title: await this.page.title(), calm: icon?.startsWith("data:") === false };
  }

  /** Resolves when a chart has been drawn more than `count` times; answers how often. */
  async draws(area: string, count: number): Promise<number> {
    const handle = await this.page.waitForFunction(
      ([selector, count]) => {
        const drawn = Number(document.querySelector<HTMLElement>(selector)?.dataset["draws"] ?? 0);
        return drawn > count && drawn;
      },
      [`[data-area="${area}"] .chart-host`, count] as const,
    );
    return Number(await handle.jsonValue());
  }

  /** The picture that a chart shows, as text. */
  async picture(area: string): Promise<string> {
    const canvas = this.page.locator(`[data-area="${area}"] canvas`);
    return await canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL());
  }

  /** Resolves when a chart shows another picture. */
  async moved(area: string, before: string): Promise<void> {
    await this.page.waitForFunction(
      ([selector, before]) => document.querySelector<HTMLCanvasElement>(selector)?.toDataURL() !== before,
      [`[data-area="${area}"] canvas`, before] as const,
    );
  }

  /** Ids of the receipts that are listed, newest first. */
  async receipts(): Promise<(string | null)[]> {
    return await this.page.locator("[data-receipt]").evaluateAll((rows) =>
      rows.map((row) => row.getAttribute("data-receipt"))
    );
  }

  assertFaultless(): void {
    assertEquals(this.faults, []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }

  #note(type: string, text: string): void {
    if ((type === "error" || type === "warning") && !refusedConnection.test(text)) {
      this.faults.push(`${type}: ${text}`);
    }
  }

  #noteForeign(url: string, host: string): void {
    if (!url.startsWith("data:") && new URL(url).host !== host) this.faults.push(`request to ${url}`);
  }
}
