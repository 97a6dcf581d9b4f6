import type { Page } from "playwright-core";
import { buildDashboard } from "../../../scripts/build_dashboard.ts";
import { adminToken } from "../../helpers/gateway.ts";
import type { Peer } from "../../helpers/peer.ts";
import { findChromium } from "../../helpers/programs.ts";
import { samplePrediction } from "../../helpers/samples.ts";
import { Scene } from "../../helpers/scene.ts";
import { WatchedPage } from "./watched_page.ts";

const chromium = await findChromium() ?? "";
const root = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

/** A page for people, and how one comes to it. */
export interface PageForPeople {
  readonly name: string;
  readonly open: () => Promise<void>;
}

/** A gateway with a connected miner, accepted and refused predictions and a simulated node, and all of its pages. */
export class AllPages implements AsyncDisposable {
  private constructor(readonly gateway: Scene, readonly watched: WatchedPage, readonly peer: Peer) {}

  static async start(options: Parameters<typeof WatchedPage.open>[2] = {}): Promise<AllPages> {
    await buildDashboard({ root, out: `${root}/dist/dashboard` });
    const gateway = await Scene.start({ rpc_url: "sim:" });
    const peer = await gateway.connect();
    await gateway.submit({
      predictions: [samplePrediction("accepted"), samplePrediction("refused", { wager: 2000 })],
    });
    const watched = await WatchedPage.open(chromium, `${gateway.server.url}/`, {
      reducedMotion: "reduce",
      ...options,
    });
    return new AllPages(gateway, watched, peer);
  }

  get page(): Page {
    return this.watched.page;
  }

  /** Every page, those of the console as its own navigation names them; the last leaves the operator logged in. */
  async *all(): AsyncGenerator<PageForPeople> {
    const { page, gateway: { server: { url } } } = this;
    yield { name: "dashboard", open: () => this.#show(`${url}/`, "[data-peer]") };
    yield { name: "reference", open: () => this.#show(`${url}/docs`, "#search:not([hidden])") };
    yield { name: "an open request", open: () => this.#show(`${url}/docs#put-admin-miners-hotkey-`, ".try") };
    yield { name: "login", open: () => this.#show(`${url}/console`, "#token") };
    await this.login();
    for (const [name, href] of await this.consolePages()) {
      yield { name: `console: ${name}`, open: () => this.openConsole(href) };
    }
    yield {
      name: "console: a miner that was opened",
      open: async () => {
        await this.openConsole(`#/miners?open=${this.gateway.key.address}`);
        await page.getByRole("complementary").waitFor();
      },
    };
    yield {
      name: "console: a dialog",
      open: async () => {
        await this.openConsole("#/miners");
        await page.getByRole("button", { name: "Unlock actions" }).click();
        await page.getByRole("dialog").waitFor();
      },
    };
  }

  async login(): Promise<void> {
    const { page } = this;
    await this.#show(`${this.gateway.server.url}/console`, "#token");
    await page.getByLabel("Admin token").fill(adminToken);
    await page.getByRole("button", { name: "Log in" }).click();
    await this.watched.status(/Online/);
  }

  /** Titles and links of what the console's navigation leads to. */
  async consolePages(): Promise<(readonly [title: string, href: string])[]> {
    const links = this.page.locator('nav[aria-label="Pages"] li a');
    return await links.evaluateAll((all) =>
      all.map((link) => [link.textContent ?? "", link.getAttribute("href") ?? ""] as const)
    );
  }

  /** Shows a page of the console anew, with all that it reads first. */
  async openConsole(href: string): Promise<void> {
    const { page } = this;
    await page.goto(`${this.gateway.server.url}/console${href}`);
    await page.reload();
    await this.watched.status(/Online/);
    await page.locator('main [aria-busy="true"]').waitFor({ state: "detached" });
    await page.waitForFunction(() =>
      !/^Reading$/m.test(document.querySelector<HTMLElement>("main")?.innerText ?? "")
    );
  }

  async #show(url: string, selector: string): Promise<void> {
    await this.page.goto("about:blank");
    await this.page.goto(url);
    await this.page.locator(selector).first().waitFor({ state: "attached" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.watched[Symbol.asyncDispose]();
    await this.peer.close();
    await this.gateway[Symbol.asyncDispose]();
  }
}
