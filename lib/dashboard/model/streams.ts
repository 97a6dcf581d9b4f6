import type { StreamClient } from "../../client/stream_client.ts";
import type { StreamData } from "../../protocol/streams.ts";

/** What the page needs of a {@link StreamClient}. */
export type Streams = Pick<StreamClient, "snapshot" | "onChange" | "subscribe">;

/** A stream that the page shows. */
export type ShownStream = keyof StreamData;

interface Description {
  /** Milliseconds from one message to the next; undefined where only news are sent, so that silence says nothing. */
  readonly period: number | undefined;
  /** What people call it. */
  readonly title: string;
}

/** The streams of the page. Protocol, section 4. */
export const shownStreams: Readonly<Record<ShownStream, Description>> = {
  network_metrics: { period: 2000, title: "Network" },
  markets_health: { period: 5000, title: "Markets" },
  receipts: { period: undefined, title: "Receipts" },
  peers: { period: 10_000, title: "Peers" },
  gateway: { period: 2000, title: "Gateway" },
};

/** Their names, in the order of the page. */
export const shownStreamNames = Object.keys(shownStreams) as ShownStream[];
