import type { Config } from "../../../lib/gateway/mod.ts";
import { type Clock, systemClock } from "../../../lib/protocol/mod.ts";
import { buildDashboard } from "../../../scripts/build_dashboard.ts";
import { adminToken } from "../../helpers/gateway.ts";
import { findChromium } from "../../helpers/programs.ts";
import { Scene } from "../../helpers/scene.ts";
import { WatchedPage } from "./watched_page.ts";

const chromium = await findChromium() ?? "";
const root = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

/** Nothing on the page moves by itself. */
export const still = { reducedMotion: "reduce" } as const;

/** A gateway with a miner and a game, and an operator before its console. */
export class ConsoleScene implements AsyncDisposable {
  private constructor(readonly gateway: Scene, readonly watched: WatchedPage) {}

  static async start(
    options: Parameters<typeof WatchedPage.open>[2] = still,
    config: Partial<Config> = {},
    clock: Clock = systemClock,
  ): Promise<ConsoleScene> {
    await buildDashboard({ root, out: `${root}/dist/dashboard` });
    const gateway = await Scene.start(config, clock);
    const watched = await WatchedPage.open(chromium, `${gateway.server.url}/console`, options);
    return new ConsoleScene(gateway, watched);
  }

  get page() {
    return this.watched.page;
  }

  async login(status = /Online/): Promise<void> {
    await this.page.getByLabel("Admin token").fill(adminToken);
    await this.page.getByRole("button", { name: "Log in" }).click();
    await this.watched.status(status);
  }

  async unlock(): Promise<void> {
    await this.page.getByRole("button", { name: "Unlock actions" }).click();
    const dialog = this.page.getByRole("dialog", { name: "Unlock actions" });
    await dialog.getByLabel("Admin token").fill(adminToken);
    await dialog.getByRole("button", { name: "Unlock" }).click();
    await this.page.getByRole("button", { name: "Actions unlocked" }).waitFor();
  }

  async open(name: string, filters = ""): Promise<void> {
    await this.page.evaluate((hash) => void (location.hash = hash), `#/${name}${filters}`);
  }

  /** Does what a button offers, and resolves when the server has done it. */
  async act(label: string, outcome: RegExp = /Done/): Promise<void> {
    await this.page.getByRole("button", { name: label, exact: true }).click();
    const dialog = this.page.getByRole("dialog", { name: label });
    await dialog.getByRole("button", { name: label, exact: true }).click();
    await dialog.getByText(outcome).waitFor();
    await dialog.getByRole("button", { name: "Close", exact: true }).click();
  }

  row(key: string) {
    return this.page.locator(`[data-row="${key}"]`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.watched[Symbol.asyncDispose]();
    await this.gateway[Symbol.asyncDispose]();
  }
}
