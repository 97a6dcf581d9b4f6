import { integer, number, object, orNull, type Shape, word } from "../shape.ts";
import type { TitledEntry } from "./stream_entry.ts";

/** A market is `healthy` when something goes on in it; null where the node does not tell. */
export type MarketStatus = "healthy" | "idle" | null;

/** What goes on in the markets, every 5 s. What the node does not give is null. */
export interface MarketsHealth {
  /** The worst of them all. */
  readonly overall_status: "healthy" | "degraded" | "down";
  /** Each market by its name. */
  readonly markets: {
    readonly compute: {
      readonly status: MarketStatus;
      readonly active_jobs: number | null;
      readonly total_providers: number | null;
    };
    readonly storage: {
      readonly status: MarketStatus;
      readonly total_stored: number | null;
      readonly total_providers: number | null;
    };
    readonly energy: {
      readonly status: MarketStatus;
      readonly total_credits: number | null;
      readonly active_traders: number | null;
    };
    readonly ads: {
      readonly status: MarketStatus;
      readonly active_campaigns: number | null;
      readonly total_impressions: number | null;
    };
  };
  /** Those that take orders. */
  readonly healthy_markets: number;
  /** All that the node tells of. */
  readonly total_markets: number;
}

type Markets = MarketsHealth["markets"];

const status: Shape<MarketStatus> = orNull(word("healthy", "idle"));
/** A number that the node may not give. */
const figure: Shape<number | null> = orNull(number());

/** Stream `markets_health`. Protocol, section 4. */
export const marketsHealth: TitledEntry<MarketsHealth> = {
  title: "Markets",
  period: 5000,
  data: object<MarketsHealth>({
    overall_status: word("healthy", "degraded", "down"),
    markets: object<Markets>({
      compute: object<Markets["compute"]>({ status, active_jobs: figure, total_providers: figure }),
      storage: object<Markets["storage"]>({ status, total_stored: figure, total_providers: figure }),
      energy: object<Markets["energy"]>({ status, total_credits: figure, active_traders: figure }),
      ads: object<Markets["ads"]>({ status, active_campaigns: figure, total_impressions: figure }),
    }),
    healthy_markets: integer(),
    total_markets: integer(),
  }, { title: "MarketsHealth" }),
  example: {
    overall_status: "healthy",
    markets: {
      compute: { status: "healthy", active_jobs: 12, total_providers: 30 },
      storage: { status: "healthy", total_stored: 48_000, total_providers: 22 },
      energy: { status: "healthy", total_credits: 9100, active_traders: 17 },
      ads: { status: "idle", active_campaigns: 0, total_impressions: 120_400 },
    },
    healthy_markets: 3,
    total_markets: 4,
  },
};
