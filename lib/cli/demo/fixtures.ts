import { type Keypair, keypairFromSeed } from "../../crypto/mod.ts";
import { type ExactObject, sha256Hex } from "../../protocol/mod.ts";

/** Miners of the demo. */
export const minerCount = 10;

/** The keypair of a demo miner; the same in every run, so that a validator and its miners can run apart. */
export function demoKey(number: number): Keypair {
  const hex = sha256Hex(`heliograph demo miner ${number}`);
  return keypairFromSeed(Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16)));
}

const fixtures = [
  ["Arsenal", "Chelsea", "soccer", "Premier League"],
  ["Inter", "Milan", "soccer", "Serie A"],
  ["Boca Juniors", "River Plate", "soccer", "Primera División"],
  ["Celtics", "Lakers", "basketball", "NBA"],
  ["Nuggets", "Suns", "basketball", "NBA"],
  ["Yankees", "Red Sox", "baseball", "MLB"],
  ["Packers", "Bears", "football", "NFL"],
  ["Chiefs", "Bills", "football", "NFL"],
] as const;

/** A game of the demo. */
export interface DemoGame {
  readonly game_id: string;
  readonly team_a: string;
  readonly team_b: string;
  team_a_odds: number;
  team_b_odds: number;
  tie_odds: number | null;
  readonly can_tie: boolean;
  readonly fields: ExactObject;
}

/** The sample games, all of which start later than the longest demo ends. */
export function demoGames(now: number, random: () => number): DemoGame[] {
  const starts = new Date(now + 48 * 3600 * 1000).toISOString();
  const created = new Date(now).toISOString();
  return fixtures.map(([team_a, team_b, sport, league], index) => ({
    game_id: `demo-${index + 1}`,
    team_a,
    team_b,
    team_a_odds: odds(1.5 + random() * 2),
    team_b_odds: odds(1.5 + random() * 2),
    tie_odds: sport === "soccer" ? odds(2.8 + random()) : null,
    can_tie: sport === "soccer",
    fields: { sport, league, create_date: created, event_start_date: starts, active: true, outcome: "3" },
  }));
}

/** Lets the odds of one game move a little. */
export function moveOdds(game: DemoGame, random: () => number): void {
  const move = (value: number) => odds(Math.min(9, Math.max(1.05, value * (0.95 + random() * 0.1))));
  game.team_a_odds = move(game.team_a_odds);
  game.team_b_odds = move(game.team_b_odds);
  if (game.tie_odds !== null) game.tie_odds = move(game.tie_odds);
}

/** A game as a `TeamGame`. */
export function teamGame({ fields, ...game }: DemoGame, now: number): ExactObject {
  return {
    ...fields,
    ...game,
    last_update_date: new Date(now).toISOString(),
  };
}

function odds(value: number): number {
  return Math.round(value * 100) / 100;
}
