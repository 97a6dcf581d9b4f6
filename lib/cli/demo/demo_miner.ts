import { type ClientEvent, type ClientState, MinerClient } from "../../client/mod.ts";
import { dailyWagerLimit } from "../../validator/mod.ts";
import { Cable } from "./cable.ts";
import { demoKey } from "./fixtures.ts";

/** Milliseconds between two bets of a miner. */
export const betPace = 400;
/** So much at once that a whole day of bets stays within what a miner may wager on a day. */
export const wager: number = Math.floor(1000 * dailyWagerLimit * betPace / 86_400_000) / 1000;

interface KnownGame {
  readonly game_id: string;
  readonly team_a: string;
  readonly team_b: string;
  readonly team_a_odds: number;
  readonly team_b_odds: number;
  readonly tie_odds: number | null;
}

/** What a miner has done and seen so far. */
export interface Tally {
  /** Wishes to bet; each ends in one confirmed prediction. */
  wishes: number;
  /** Receipts by prediction id, and how often each came. */
  readonly confirmed: Map<string, { sequence: number; times: number }>;
  /** Predictions that were refused because the odds had moved; each is predicted anew. */
  moved: number;
  /** Predictions that were refused for another reason. */
  readonly refused: string[];
  updates: number;
  reconnects: number;
  /** Confirmed while HTTP was used. */
  overHttp: number;
  readonly latencies: number[];
  readonly problems: string[];
}

/** A miner that bets on what it is told of. */
export class DemoMiner {
  readonly number: number;
  readonly uid: number;
  readonly cable: Cable = new Cable();
  readonly client: MinerClient;
  readonly tally: Tally = {
    wishes: 0,
    confirmed: new Map(),
    moved: 0,
    refused: [],
    updates: 0,
    reconnects: 0,
    overHttp: 0,
    latencies: [],
    problems: [],
  };
  readonly #games = new Map<string, KnownGame>();
  readonly #random: () => number;
  readonly #onNews: (text: string) => void;
  #wasConnected = false;
  #told: ClientState = "closed";
  #trouble = "";
  #count = 0;

  constructor(
    options: { number: number; url: string; random: () => number; onNews: (text: string) => void },
  ) {
    this.number = options.number;
    this.uid = options.number;
    this.#random = options.random;
    this.#onNews = options.onNews;
    this.client = new MinerClient({
      url: options.url,
      keypair: demoKey(options.number),
      reconnectInterval: 200,
      maxReconnectInterval: 2000,
      WebSocket: this.cable.WebSocket,
      fetch: this.cable.fetch,
      onEvent: (event) => this.#take(event),
    });
  }

  /** Wishes that are not confirmed yet. */
  get open(): number {
    return this.tally.wishes - this.tally.confirmed.size;
  }

  /** Why predictions wait, in a few words; empty where none do. */
  get reason(): string {
    if (this.open === 0) return this.client.state === "waiting" ? this.#trouble : "";
    if (this.cable.state === "cut") return "until it is back";
    switch (this.client.state) {
      case "authenticated":
        return "for the commit";
      case "http":
        return "for HTTP answers";
      default:
        return this.#trouble === "" ? "for a connection" : this.#trouble;
    }
  }

  /** Bets on one of the games that it knows. */
  async bet(): Promise<void> {
    if (this.#games.size === 0) return;
    this.tally.wishes += 1;
    await this.#predict();
  }

  async #predict(): Promise<void> {
    const games = [...this.#games.values()];
    const game = games[Math.floor(this.#random() * games.length)];
    if (game === undefined) return;
    const outcome = this.#random() < 0.5 ? "a" : "b";
    await this.client.submit({
      prediction_id: `demo-${this.number}-${this.#count += 1}-${crypto.randomUUID().slice(0, 8)}`,
      game_id: game.game_id,
      miner_uid: this.uid,
      prediction_date: new Date().toISOString(),
      predicted_outcome: game[`team_${outcome}`],
      predicted_odds: game[`team_${outcome}_odds`],
      team_a: game.team_a,
      team_b: game.team_b,
      wager,
      team_a_odds: game.team_a_odds,
      team_b_odds: game.team_b_odds,
      tie_odds: game.tie_odds,
      model_name: "demo",
      confidence_score: Math.round(this.#random() * 100) / 100,
      outcome: "Unfinished",
      payout: 0,
    });
  }

  #take(event: ClientEvent): void {
    switch (event.type) {
      case "games":
        this.tally.updates += 1;
        for (const game of event.games as KnownGame[]) this.#games.set(game.game_id, game);
        return;
      case "confirmation":
        return this.#confirmed(event.predictionId, event.receipt?.sequence ?? 0, event.latencyMs);
      case "refused":
        return this.#refused(event.message);
      case "problem":
        this.tally.problems.push(`${event.code}: ${event.message}`);
        this.#trouble = event.code.replaceAll("_", " ");
        return;
      case "state":
        return this.#changed(event.state);
    }
  }

  #changed(state: ClientState): void {
    if (state === "authenticated") this.#trouble = "";
    if (state === "authenticated" && this.#wasConnected) this.tally.reconnects += 1;
    this.#wasConnected ||= state === "authenticated";
    if (state === this.#told || state === "connecting") return;
    this.#told = state;
    this.#onNews(`miner ${this.number} is ${state === "http" ? "using HTTP" : state}`);
  }

  #confirmed(id: string, sequence: number, latency: number | undefined): void {
    const before = this.tally.confirmed.get(id);
    this.tally.confirmed.set(id, { sequence, times: (before?.times ?? 0) + 1 });
    if (latency !== undefined) this.tally.latencies.push(latency);
    if (this.client.state === "http") this.tally.overHttp += 1;
  }

  #refused(message: string): void {
    if (!/_odds:/.test(message)) {
      this.tally.refused.push(message);
      return;
    }
    this.tally.moved += 1;
    this.#predict();
  }
}
