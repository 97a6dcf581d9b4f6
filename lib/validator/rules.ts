import type { PredictionRefusal, TeamGamePrediction } from "../protocol/mod.ts";
import type { Game } from "./game.ts";

/** The most that a miner may wager on one UTC day. */
export const dailyWagerLimit = 1000;
/** How far odds may lie from the game's. */
const oddsTolerance = 1e-4;

/** What a miner may hand in. */
export interface PredictionLimits {
  /** The least that one prediction may wager. */
  readonly smallestWager: number;
  /** Bytes of one prediction as signed text. */
  readonly maxSize: number;
  /** Predictions of one miner on one UTC day. */
  readonly perDay: number;
  /** Their bytes. */
  readonly bytesPerDay: number;
}

/** What a miner has handed in on one UTC day. */
export interface DayTotals {
  readonly wagered: number;
  readonly predictions: number;
  readonly bytes: number;
}

/** What a prediction is held against. */
interface RuleContext {
  readonly prediction: TeamGamePrediction;
  /** The uid under which the miner is registered. */
  readonly uid: number;
  /** Bytes of the prediction as signed text. */
  readonly size: number;
  readonly limits: PredictionLimits;
  /** What was accepted of the miner today. */
  readonly today: DayTotals;
  readonly game: Game | undefined;
  /** The server's clock, in milliseconds since the Unix epoch. */
  readonly now: number;
}

type GameContext = RuleContext & { readonly game: Game };
/** What is wrong, in words; null: nothing. */
type Rule<Context> = (context: Context) => string | null;
/** By why they refuse, in the order in which they are tried. */
type Rules<Context> = { readonly [Reason in PredictionRefusal]?: Rule<Context> };

/** A rule that a prediction breaks, and what is wrong, in words. */
interface BrokenRule {
  readonly reason: PredictionRefusal;
  readonly message: string;
}

const minerRules = inOrder<RuleContext>({
  miner_uid: ({ prediction: { miner_uid }, uid }) =>
    String(miner_uid) === String(uid)
      ? null
      : `Invalid miner_uid: got ${miner_uid}, expected ${uid}, under which the hotkey is registered`,
  wager: ({ prediction: { wager }, limits: { smallestWager } }) => {
    if (!Number.isFinite(wager) || wager <= 0) return `Invalid wager: got ${wager}, expected a number over 0`;
    return wager >= smallestWager
      ? null
      : `Wager too small: got ${wager}, expected at least ${smallestWager}`;
  },
  wager_limit: ({ prediction: { wager }, today: { wagered } }) =>
    // Sums of decimal fractions miss by some 1e-13.
    wagered + wager <= dailyWagerLimit + 1e-10
      ? null
      : `Daily wager limit exceeded: ${wager} on top of ${round(wagered)} today, at most ${dailyWagerLimit}`,
  prediction_limit: ({ limits: { perDay }, today: { predictions } }) =>
    predictions < perDay
      ? null
      : `Daily prediction limit exceeded: ${predictions} were accepted today, at most ${perDay}`,
  size_limit: ({ size, limits: { bytesPerDay }, today: { bytes } }) =>
    bytes + size <= bytesPerDay
      ? null
      : `Daily size limit exceeded: ${size} bytes on top of ${bytes} today, at most ${bytesPerDay}`,
  unknown_game: ({ prediction: { game_id }, game }) => game === undefined ? `Unknown game: ${game_id}` : null,
});

const gameRules = inOrder<GameContext>({
  inactive_game: ({ game: { fields } }) => fields.active ? null : `Game is not active: ${fields.game_id}`,
  game_started: ({ game: { fields, startsAt }, now }) =>
    now < startsAt ? null : `Game has started: ${fields.game_id} at ${fields.event_start_date}`,
  teams: (context) => teamMismatch(context, "team_a") ?? teamMismatch(context, "team_b"),
  odds: (context) =>
    oddsMismatch(context, "team_a_odds") ?? oddsMismatch(context, "team_b_odds") ??
      (context.game.fields.can_tie ? oddsMismatch(context, "tie_odds") : null),
  outcome: (context) =>
    predictedOdds(context) !== undefined
      ? null
      : `Invalid predicted_outcome: got ${context.prediction.predicted_outcome}, expected ${
        outcomes(context)
      }`,
  predicted_odds: (context) => {
    const expected = predictedOdds(context);
    return sameOdds(context.prediction.predicted_odds, expected)
      ? null
      : `Invalid predicted_odds: got ${context.prediction.predicted_odds}, expected ${expected}`;
  },
  confidence: ({ prediction: { confidence_score: score } }) =>
    score === undefined || score === null || (score >= 0 && score <= 1)
      ? null
      : `Invalid confidence_score: got ${score}, expected 0 to 1`,
});

/** The first rule that a prediction breaks, or null. Protocol, section 3. */
export function brokenRule(context: RuleContext): BrokenRule | null {
  const broken = firstBroken(minerRules, context);
  const { game } = context;
  return broken !== null || game === undefined ? broken : firstBroken(gameRules, { ...context, game });
}

function inOrder<Context>(rules: Rules<Context>): [PredictionRefusal, Rule<Context>][] {
  return Object.entries(rules) as [PredictionRefusal, Rule<Context>][];
}

function firstBroken<Context>(
  rules: readonly [PredictionRefusal, Rule<Context>][],
  context: Context,
): BrokenRule | null {
  for (const [reason, rule] of rules) {
    const message = rule(context);
    if (message !== null) return { reason, message };
  }
  return null;
}

function teamMismatch({ prediction, game }: GameContext, name: "team_a" | "team_b"): string | null {
  const [got, expected] = [prediction[name], game.fields[name]];
  return got === expected ? null : `Invalid ${name}: got ${got}, expected ${expected}`;
}

function oddsMismatch(
  { prediction, game }: GameContext,
  name: "team_a_odds" | "team_b_odds" | "tie_odds",
): string | null {
  const [got, expected] = [prediction[name], game.fields[name]];
  return sameOdds(got, expected) ? null : `Invalid ${name}: got ${got ?? "none"}, expected ${expected}`;
}

function sameOdds(got: number | null | undefined, expected: number | null | undefined): boolean {
  if (typeof got !== "number" || typeof expected !== "number") return (got ?? null) === (expected ?? null);
  // The tolerance itself is allowed, whatever the subtraction makes of its last bits.
  return Math.abs(got - expected) <= oddsTolerance + 1e-12;
}

/** The game's odds for the outcome that is predicted; undefined when there is no such outcome. */
function predictedOdds(
  { prediction: { predicted_outcome }, game: { fields } }: GameContext,
): number | undefined {
  const tie = fields.can_tie ? fields.tie_odds ?? undefined : undefined;
  const oddsOf = new Map<string, number | undefined>([
    ["0", fields.team_a_odds],
    ["1", fields.team_b_odds],
    ["2", tie],
    ["Tie", tie],
    [fields.team_a, fields.team_a_odds],
    [fields.team_b, fields.team_b_odds],
  ]);
  return oddsOf.get(String(predicted_outcome));
}

function outcomes({ game: { fields: { team_a, team_b, can_tie } } }: GameContext): string {
  return can_tie ? `${team_a}, ${team_b}, Tie, 0, 1 or 2` : `${team_a}, ${team_b}, 0 or 1`;
}

function round(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}
