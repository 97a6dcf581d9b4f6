/** Why a prediction of a miner who has proved who it is may be refused: the rules of protocol section 3, in their order. */
export const predictionRefusals = [
  "conflict",
  "too_large",
  "miner_uid",
  "wager",
  "wager_limit",
  "prediction_limit",
  "size_limit",
  "unknown_game",
  "inactive_game",
  "game_started",
  "teams",
  "odds",
  "outcome",
  "predicted_odds",
  "confidence",
] as const;

/** Why a prediction was refused, as a word. */
export type PredictionRefusal = typeof predictionRefusals[number];
