import type { StreamClient } from "../../client/stream_client.ts";
import { type StreamData, streams } from "../../protocol/streams.ts";

/** What the page needs of a {@link StreamClient}. */
export type Streams = Pick<StreamClient, "snapshot" | "onChange" | "subscribe" | "retry">;

interface Description {
  /** Milliseconds from one message to the next; undefined where only news are sent, so that silence says nothing. */
  readonly period: number | undefined;
  /** What people call it. */
  readonly title: string;
}

/** The streams of the page. Protocol, section 4. */
export const shownStreams = {
  network_metrics: { period: streams.network_metrics.period, title: "Network" },
  markets_health: { period: streams.markets_health.period, title: "Markets" },
  receipts: { period: undefined, title: "Market receipts" },
  peers: { period: streams.peers.period, title: "Peers" },
  gateway: { period: streams.gateway.period, title: "Gateway" },
} as const satisfies { readonly [Name in keyof StreamData]?: Description };

/** A stream that the page shows. */
export type ShownStream = keyof typeof shownStreams;

/** Their names, in the order of the page. */
export const shownStreamNames = Object.keys(shownStreams) as ShownStream[];
