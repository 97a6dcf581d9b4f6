import { z } from "zod";

/** Characters beyond which the id of a game or a prediction is refused. */
export const maxIdLength = 128;

const id = z.string().min(1).max(maxIdLength);
const name = z.string().min(1).max(256);
const odds = z.number();

/**
 * A game as validators and miners exchange it. `outcome`: `0` team_a, `1` team_b, `2` tie, `3` unfinished.
 * Fields that are not named here are kept. Protocol, section 3.
 */
export const teamGameSchema = z.looseObject({
  game_id: id,
  team_a: name,
  team_b: name,
  sport: z.string().max(256),
  league: z.string().max(256),
  create_date: z.string().max(64),
  last_update_date: z.string().max(64),
  event_start_date: z.string().max(64),
  active: z.boolean(),
  outcome: z.union([z.string().max(64), z.number()]),
  team_a_odds: odds,
  team_b_odds: odds,
  tie_odds: odds.nullable().optional(),
  can_tie: z.boolean(),
}) satisfies z.ZodType<TeamGame>;

/** A game as it travels, with whatever else its fields are. */
export interface TeamGame {
  /** What no other game has. */
  readonly game_id: string;
  /** The name of the one. */
  readonly team_a: string;
  /** The name of the other. */
  readonly team_b: string;
  /** Such as `soccer`. */
  readonly sport: string;
  /** Where it is played. */
  readonly league: string;
  /** When the game was first told of, ISO 8601. */
  readonly create_date: string;
  /** When something of it changed last, ISO 8601. */
  readonly last_update_date: string;
  /** When it begins, ISO 8601. */
  readonly event_start_date: string;
  /** Whether it can be predicted. */
  readonly active: boolean;
  /** `0` team_a, `1` team_b, `2` tie, `3` unfinished. */
  readonly outcome: string | number;
  /** What a wager on team_a is multiplied with. */
  readonly team_a_odds: number;
  /** What one on team_b is. */
  readonly team_b_odds: number;
  /** What one on a tie is. */
  readonly tie_odds?: number | null | undefined;
  /** Whether it can end in a tie. */
  readonly can_tie: boolean;
  /** Whatever else came with it. */
  readonly [field: string]: unknown;
}
