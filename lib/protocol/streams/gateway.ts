import { type PredictionRefusal, predictionRefusals } from "../prediction_refusals.ts";
import { integer, number, object, orNull, record, word } from "../shape.ts";
import type { TitledEntry } from "./stream_entry.ts";

/** What became of predictions within some time. */
export interface PredictionVerdicts {
  /** Confirmed with a receipt, those that came again among them. */
  readonly accepted: number;
  /** Refused, by the first reason; those that there are none of are left out. */
  readonly refused: { readonly [Reason in PredictionRefusal]?: number };
}

/** The gateway's own side, every 2 s: stream `gateway`, which `welcome` does not name. */
export interface GatewayActivity {
  /** Whether it serves: as `/ws/health` says. */
  readonly status: "online" | "disabled" | "draining" | "offline";
  /** Seconds since the start. */
  readonly uptime: number;
  /** What is open, by kind; `events` are server-sent event streams. */
  readonly connections: { readonly miners: number; readonly streams: number; readonly events: number };
  /** Miners that were heard lately. */
  readonly active_miners: number;
  /** Messages to clients. */
  readonly deliveries_per_second: number;
  /** Predictions that came in. */
  readonly predictions_per_second: number;
  /** What became of predictions in the last minute. */
  readonly verdicts: PredictionVerdicts;
  /** From a prediction's arrival to its signed confirmation, in milliseconds; null when there was none lately. */
  readonly confirmation_latency: { readonly p50: number; readonly p99: number } | null;
  /** Predictions that came over HTTP among all, 0 to 1; null when there was none lately. */
  readonly fallback_share: number | null;
}

/** Stream `gateway`, which the gateway makes itself. Protocol, section 4. */
export const gateway: TitledEntry<GatewayActivity> & { readonly unlisted: true } = {
  title: "Gateway",
  period: 2000,
  unlisted: true,
  data: object<GatewayActivity>({
    status: word("online", "disabled", "draining", "offline"),
    uptime: number({ description: "seconds" }),
    connections: object<GatewayActivity["connections"]>({
      miners: number(),
      streams: number(),
      events: number(),
    }),
    active_miners: number(),
    deliveries_per_second: number(),
    predictions_per_second: number(),
    verdicts: object<PredictionVerdicts>({
      accepted: integer({
        description: "confirmed with a receipt, those that came again among them",
      }),
      refused: record(predictionRefusals, integer(), {
        description: "by the first reason; those that there are none of are left out",
      }),
    }, { description: "what became of predictions in the last minute" }),
    confirmation_latency: orNull(
      object<NonNullable<GatewayActivity["confirmation_latency"]>>({ p50: number(), p99: number() }),
      { description: "milliseconds" },
    ),
    fallback_share: orNull(number()),
  }, { title: "GatewayActivity" }),
  example: {
    status: "online",
    uptime: 3600,
    connections: { miners: 128, streams: 40, events: 3 },
    active_miners: 126,
    deliveries_per_second: 410.5,
    predictions_per_second: 35.25,
    verdicts: { accepted: 2104, refused: { game_started: 3 } },
    confirmation_latency: { p50: 3.1, p99: 9.8 },
    fallback_share: 0.02,
  },
};
