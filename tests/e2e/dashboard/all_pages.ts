import type { Page } from "playwright-core";
import type { Judgement } from "../../../lib/protocol/mod.ts";
import { buildDashboard } from "../../../scripts/build_dashboard.ts";
import { adminToken } from "../../helpers/gateway.ts";
import { type Peer, testKey } from "../../helpers/peer.ts";
import { findChromium } from "../../helpers/programs.ts";
import { samplePrediction } from "../../helpers/samples.ts";
import { Scene } from "../../helpers/scene.ts";
import { WatchedPage } from "./watched_page.ts";

const chromium = await findChromium() ?? "";
const root = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

/** Predictions that a page is told of before it is waited for. */
const atOnce = 1000;

function judgement(number: number): Judgement {
  const refused = number % 3 === 0;
  return {
    number,
    at: 1_795_000_000_000 + number,
    hotkey: testKey(number % 50).address,
    uid: number % 50,
    prediction_id: `prediction-${number}`,
    game_id: "g1",
    predicted_outcome: "A",
    wager: 1 + number % 10,
    way: "websocket",
    result: refused ? "refused" : "accepted",
    reason: refused ? "wager_limit" : null,
    message: refused ? "Daily wager limit exceeded" : null,
    sequence: refused ? null : number,
  };
}

/** A page for people, and how one comes to it. */
interface PageForPeople {
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
      name: "console: what proves a prediction",
      open: async () => {
        await this.openConsole("#/predictions?sequence=1");
        await page.locator('[data-value="signature"]').filter({ hasText: "yes" }).waitFor();
      },
    };
    yield {
      name: "console: receipts that were checked",
      open: async () => {
        await this.openConsole(`#/receipts?miner=${this.gateway.key.address}`);
        await page.getByText("sound", { exact: true }).waitFor();
      },
    };
    yield {
      name: "console: a game that was opened",
      open: async () => {
        await this.openConsole("#/games?open=g1");
        await page.getByRole("list", { name: "Changes of the odds" }).getByRole("listitem").first().waitFor();
      },
    };
    for (const [place, button] of [["games", "Publish"], ["miners", "Import"]] as const) {
      yield {
        name: `console: the dialog ${button}`,
        open: async () => {
          await this.openConsole(`#/${place}`);
          await page.getByRole("button", { name: button, exact: true }).click();
          await page.getByRole("dialog").waitFor();
        },
      };
    }
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
    const links = this.page.locator('nav[aria-label="Pages"] li a[href^="#"]');
    return await links.evaluateAll((all) =>
      all.map((link) => [link.textContent ?? "", link.getAttribute("href") ?? ""] as const)
    );
  }

  /** Shows a page of the console anew, with all that it reads first. */
  async openConsole(href: string): Promise<void> {
    const { page } = this;
    // From the console itself this would go there without reading anything anew.
    await page.goto("about:blank");
    await page.goto(`${this.gateway.server.url}/console${href}`);
    await this.watched.status(/Online/);
    await page.locator('main [aria-busy="true"]').waitFor({ state: "detached" });
    await page.waitForFunction(() =>
      !/^Reading$/m.test(document.querySelector<HTMLElement>("main")?.innerText ?? "")
    );
  }

  /** Registers so many miners more. */
  async registerMiners(count: number): Promise<void> {
    const { registry } = this.gateway.server.gateway.validator;
    const more = Array.from({ length: count }, (_, index) => 1000 + index)
      .map((uid) => ({ hotkey: testKey(uid).address, uid, blacklisted: false }));
    await registry.replace([...registry.list(), ...more]);
  }

  /** Tells the page that is open of so many predictions, some thousand at a time: as fast as it takes them. */
  async tellPredictions(count: number): Promise<void> {
    const { feed } = this.gateway.server.gateway.console;
    const first = 1000;
    for (let number = first; number < first + count; number += atOnce) {
      const judged = Array.from({ length: atOnce }, (_, index) => judgement(number + index));
      // As much at a time as is kept for who comes back.
      for (let at = 0; at < atOnce; at += 100) {
        feed.emit("predictions", { predictions: judged.slice(at, at + 100), skipped: 0 });
      }
      // Looked for in every frame: a locator looks twice a second.
      await this.page.waitForFunction(
        (selector) => document.querySelector(selector) !== null,
        `[data-row="${number + atOnce - 1}"]`,
      );
    }
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
