export type { Judgement } from "../../protocol/mod.ts";

/** A registered miner, as `/admin/miners` tells of it. */
export interface Miner {
  readonly hotkey: string;
  readonly uid: number;
  readonly blacklisted: boolean;
  readonly connected: { readonly id: string; readonly since: string; readonly transport: string } | null;
  readonly last_prediction_at: string | null;
  readonly wagered_today: number;
  readonly accepted: number;
  readonly refused: number;
  readonly round_trip_ms: number | null;
  readonly last_error: string | null;
}

/** A connection, as `/admin/connections` tells of it. */
export interface Connection {
  readonly id: string;
  readonly family: string;
  readonly state: string;
  readonly address: string;
  readonly hotkey: string | null;
  readonly claimed_hotkey: string | null;
  readonly opened_at: string;
  readonly heard_at: string;
  readonly heartbeat_sent_at: string | null;
  readonly heartbeat_answered_at: string | null;
  readonly messages_in: number;
  readonly messages_out: number;
  readonly queued_bytes: number;
  readonly open: boolean;
  readonly stages: readonly { readonly stage: string; readonly at: string }[];
  readonly ending: {
    readonly by: string;
    readonly cause: string;
    readonly detail: string | null;
    readonly code: number | null;
    readonly explanation: string;
    readonly advice: string;
  } | null;
}

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
