import type { ExactJson } from "../../lib/protocol/mod.ts";

/** A game that has not started. */
export function sampleGame(
  gameId = "g1",
  overrides: Record<string, ExactJson> = {},
): Record<string, ExactJson> {
  return {
    game_id: gameId,
    team_a: "Arsenal",
    team_b: "Chelsea",
    sport: "soccer",
    league: "Premier League",
    create_date: "2026-11-20T08:00:00+00:00",
    last_update_date: "2026-11-20T08:00:00+00:00",
    event_start_date: "2099-01-01T15:00:00+00:00",
    active: true,
    outcome: "3",
    team_a_odds: 2.1,
    team_b_odds: 3.4,
    tie_odds: 3.25,
    can_tie: true,
    ...overrides,
  };
}

/** A prediction that every rule accepts, of the miner with uid 7 for {@link sampleGame}. */
export function samplePrediction(
  predictionId: string,
  overrides: Record<string, ExactJson> = {},
): Record<string, ExactJson> {
  return {
    prediction_id: predictionId,
    game_id: "g1",
    miner_uid: 7,
    prediction_date: "2026-11-21T08:00:00+00:00",
    predicted_outcome: "Arsenal",
    predicted_odds: 2.1,
    team_a: "Arsenal",
    team_b: "Chelsea",
    wager: 1.5,
    team_a_odds: 2.1,
    team_b_odds: 3.4,
    tie_odds: 3.25,
    model_name: "sample",
    confidence_score: 0.5,
    outcome: "Unfinished",
    payout: 0.5,
    ...overrides,
  };
}
