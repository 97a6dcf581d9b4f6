import { until } from "../helpers/until.ts";
import { type ClientEvent, MemoryOutbox, MinerClient, type MinerOptions } from "../../lib/client/mod.ts";
import { cryptoReady, type Keypair, keypairFromSeed } from "../../lib/crypto/mod.ts";
import type { TeamGamePrediction } from "../../lib/protocol/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { FakeValidator } from "../helpers/fake_validator.ts";

await cryptoReady();

export const minerKey: Keypair = keypairFromSeed(new Uint8Array(32).fill(100));

/** A prediction that a validator can read. */
export function predictionOf(id: string, fields: Partial<TeamGamePrediction> = {}): TeamGamePrediction {
  return {
    prediction_id: id,
    game_id: "game-1",
    miner_uid: 7,
    prediction_date: "2026-11-21T08:00:00+00:00",
    predicted_outcome: "Reds",
    predicted_odds: 1.91,
    team_a: "Reds",
    team_b: "Blues",
    wager: 10,
    team_a_odds: 1.91,
    team_b_odds: 1.95,
    tie_odds: null,
    outcome: "Unfinished",
    payout: 0,
    ...fields,
  };
}

/** A miner and a scripted validator in one process, in a time that the test moves. */
export class Harness {
  readonly clock = new FakeClock();
  readonly validator = new FakeValidator({ clock: this.clock });
  readonly events: ClientEvent[] = [];
  readonly lines: string[] = [];
  readonly outbox = new MemoryOutbox();
  client: MinerClient;
  readonly #options: Partial<MinerOptions>;

  constructor(options: Partial<MinerOptions> = {}) {
    this.#options = options;
    this.client = this.newClient();
  }

  /** Another process of the same miner, with the same outbox. */
  newClient(options: Partial<MinerOptions> = {}): MinerClient {
    return this.client = new MinerClient({
      url: "ws://validator.test:10401",
      keypair: minerKey,
      outbox: this.outbox,
      clock: this.clock,
      random: () => 0.5,
      fetch: this.validator.fetch,
      WebSocket: this.validator.WebSocket,
      onEvent: (event) => this.events.push(event),
      log: (_level, message) => this.lines.push(message),
      ...this.#options,
      ...options,
    });
  }

  /** Starts the client and waits until it is authenticated. */
  async connect(): Promise<void> {
    await this.client.start();
    await this.state("authenticated");
  }

  of<Type extends ClientEvent["type"]>(type: Type): Extract<ClientEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<ClientEvent, { type: Type }> => event.type === type);
  }

  get states(): string[] {
    return this.of("state").map(({ state }) => state);
  }

  get problems(): string[] {
    return this.of("problem").map(({ code }) => code);
  }

  /** Waits for a state that is reached from now on, or stands. */
  async state(state: string): Promise<void> {
    await until(() => this.client.state === state, `state ${state}, it is ${this.client.state}`);
  }

  /** Moves on to the next attempt to connect. */
  async nextAttempt(): Promise<void> {
    await until(() => this.of("state").at(-1)?.delayMs !== undefined, "a wait for the next attempt");
    await this.clock.advance(this.of("state").at(-1)?.delayMs ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
  }
}
