import type { TeamGame, TeamGamePrediction } from "../protocol/mod.ts";

/**
 * A prediction on a game as a {@link GamesEvent} tells it, with its odds of now and an id of its own. `outcome` is the name
 * of a team, or `Tie`; throws a RangeError for another. `fields` are added, such as `model_name` and `confidence_score`.
 *
 * @example
 * ```ts
 * import { MinerClient, type TeamGame } from "@heliograph/client";
 *
 * export function bet(client: MinerClient, game: TeamGame): Promise<void> {
 *   return client.submit(predictionOn(game, game.team_a, { miner_uid: 7, wager: 10 }));
 * }
 * ```
 */
export function predictionOn(
  game: Pick<TeamGame, "game_id" | "team_a" | "team_b" | "team_a_odds" | "team_b_odds" | "tie_odds">,
  outcome: string,
  fields: Pick<TeamGamePrediction, "miner_uid" | "wager"> & Partial<TeamGamePrediction>,
): TeamGamePrediction {
  const { game_id, team_a, team_b, team_a_odds, team_b_odds, tie_odds = null } = game;
  const odds = new Map([[team_a, team_a_odds], [team_b, team_b_odds], ["Tie", tie_odds]]);
  const predicted_odds = odds.get(outcome);
  if (predicted_odds === undefined || predicted_odds === null) {
    throw new RangeError(`Cannot predict "${outcome}", expected one of ${[...odds.keys()].join(", ")}`);
  }
  return {
    prediction_id: globalThis.crypto.randomUUID(),
    prediction_date: new Date().toISOString(),
    game_id,
    predicted_outcome: outcome,
    predicted_odds,
    team_a,
    team_b,
    team_a_odds,
    team_b_odds,
    tie_odds,
    outcome: "Unfinished",
    payout: 0,
    ...fields,
  };
}
