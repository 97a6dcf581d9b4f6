import {
  type CreateApp,
  createGateway,
  defaultConfig,
  type Gateway,
  listen,
  type Listening,
} from "../../gateway/mod.ts";
import { parseExact, readGame, renderSigned } from "../../protocol/mod.ts";
import { type DemoGame, demoGames, demoKey, minerCount, moveOdds, teamGame } from "./fixtures.ts";

/** A real gateway with ten registered miners and a set of games whose odds move. */
export class DemoValidator {
  readonly gateway: Gateway;
  readonly listening: Listening;
  readonly games: DemoGame[];
  readonly #folder: string;
  readonly #random: () => number;
  updates = 0;

  private constructor(gateway: Gateway, listening: Listening, folder: string, random: () => number) {
    this.gateway = gateway;
    this.listening = listening;
    this.#folder = folder;
    this.#random = random;
    this.games = demoGames(Date.now(), random);
  }

  static async start(
    options: { port: number; random: () => number; createApp: CreateApp },
  ): Promise<DemoValidator> {
    const folder = await Deno.makeTempDir({ prefix: "heliograph-demo-" });
    const config = defaultConfig({
      port: options.port,
      store: `${folder}/heliograph.db`,
      validator_key: `${folder}/validator.key`,
      // Its miners bet all day long.
      "predictions.daily_per_miner": 1_000_000,
      "predictions.daily_bytes_per_miner": 2 ** 30,
    });
    const gateway = await createGateway(config);
    const demo = new DemoValidator(gateway, listen(gateway, options.createApp), folder, options.random);
    await demo.#prepare();
    return demo;
  }

  /** The URL that miners connect to. */
  get url(): string {
    return `${this.listening.url.replace("http", "ws")}/ws`;
  }

  /** Lets the odds of one game move, and tells all miners. */
  async tick(): Promise<void> {
    const game = this.games[Math.floor(this.#random() * this.games.length)];
    if (game !== undefined) moveOdds(game, this.#random);
    await this.#publish();
  }

  /** The sequence numbers under which predictions were accepted, by prediction id. */
  async accepted(): Promise<Map<string, number[]>> {
    const accepted = new Map<string, number[]>();
    const { signal } = new AbortController();
    for (let after = 0;;) {
      const records = await this.gateway.validator.predictionsAfter(after, { limit: 500, wait: 0, signal });
      if (records.length === 0) return accepted;
      for (const { predictionId, receipt } of records) {
        accepted.set(predictionId, [...accepted.get(predictionId) ?? [], receipt.sequence]);
        after = receipt.sequence;
      }
    }
  }

  async stop(): Promise<void> {
    await this.listening.stop();
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #prepare(): Promise<void> {
    for (let number = 1; number <= minerCount; number++) {
      const hotkey = demoKey(number).address;
      await this.gateway.validator.registry.put({ hotkey, uid: number, blacklisted: false });
    }
    await this.#publish();
  }

  async #publish(): Promise<void> {
    const games = this.games.map((game) => readGame(parseExact(renderSigned(teamGame(game, Date.now())))));
    const { changed } = await this.gateway.validator.games.publish(games);
    if (changed > 0) this.updates += 1;
  }
}
