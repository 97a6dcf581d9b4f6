export type { Judgement, ToldConnection as Connection, ToldMiner as Miner } from "../../protocol/mod.ts";

/** A game, as `/admin/games` tells of it. */
export interface KnownGame {
  readonly game: Readonly<Record<string, unknown>> & {
    readonly game_id: string;
    readonly team_a: string;
    readonly team_b: string;
    readonly team_a_odds: number;
    readonly team_b_odds: number;
    readonly tie_odds?: number | null;
    readonly can_tie: boolean;
    readonly active: boolean;
    readonly event_start_date: string;
  };
  readonly stakes: Readonly<Record<string, number>>;
}
