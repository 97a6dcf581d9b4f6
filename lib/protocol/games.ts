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
});

/** A game that {@link teamGameSchema} accepts. */
export type TeamGame = z.infer<typeof teamGameSchema>;
