import { openEngine } from "../../lib/engine/mod.ts";
import type { Keypair } from "../../lib/crypto/mod.ts";
import type { Config } from "../../lib/gateway/mod.ts";
import { type Clock, type ExactJson, systemClock } from "../../lib/protocol/mod.ts";
import { FakeClock } from "./fake_clock.ts";
import { startGateway, type TestGateway } from "./gateway.ts";
import { type Frame, Peer, signMessage, testKey } from "./peer.ts";
import { sampleGame } from "./samples.ts";
import { until } from "./until.ts";

/** What an HTTP call was answered. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

/** The data of a signed frame. */
export function dataOf(frame: Frame | undefined): Record<string, unknown> {
  return (frame?.["data"] ?? {}) as Record<string, unknown>;
}

/** A gateway with the game `g1` and one registered miner, whose uid is 7. */
export class Scene implements AsyncDisposable {
  readonly key: Keypair = testKey(7);
  readonly server: TestGateway;
  readonly clock: Clock;

  private constructor(server: TestGateway, clock: Clock) {
    this.server = server;
    this.clock = clock;
  }

  static async start(
    overrides: Partial<Config> = {},
    clock: Clock = systemClock,
    open: typeof openEngine = openEngine,
  ): Promise<Scene> {
    const scene = new Scene(await startGateway(overrides, clock, open), clock);
    await scene.register(scene.key, 7);
    await scene.addGames([sampleGame()]);
    return scene;
  }

  async register(key: Keypair, uid: number, blacklisted = false): Promise<void> {
    await this.server.admin("PUT", `/admin/miners/${key.address}`, { uid, blacklisted });
  }

  async addGames(games: ExactJson[]): Promise<Record<string, unknown>> {
    return await this.server.admin("POST", "/admin/games", { games });
  }

  /** A welcomed miner. */
  async connect(key?: Keypair, recover?: ExactJson): Promise<Peer> {
    return (await Peer.authenticated(this.server.ws, key ?? this.key, recover, this.clock)).peer;
  }

  /** A message that the miner signed now. */
  sign(
    type: string,
    data: ExactJson,
    options: { key?: Keypair; nonce?: string; now?: number; validator?: string } = {},
  ): string {
    const { key = this.key, ...rest } = options;
    return signMessage(key, type, data, { now: this.clock.now(), ...rest });
  }

  async call(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(`${this.server.url}${path}`, { method, ...init });
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : JSON.parse(text), headers: response.headers };
  }

  async post(path: string, body: string): Promise<Answer> {
    return await this.call("POST", path, { body });
  }

  /** Submits over HTTP. */
  async submit(data: ExactJson, key: Keypair = this.key): Promise<Answer> {
    return await this.post("/api/v1/predictions", this.sign("prediction", data, { key }));
  }

  /** Stops the gateway; a clock that stands still is moved as far as that takes. */
  async stop(): Promise<void> {
    let stopped = false;
    const stopping = this.server.stop().finally(() => stopped = true);
    const { clock } = this;
    if (clock instanceof FakeClock) {
      await until(() => stopped, "the gateway to stop", () => clock.advance(20));
    }
    await stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
