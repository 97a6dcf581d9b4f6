import { integer, number, object, optional, orNull, text } from "../shape.ts";
import type { TitledEntry } from "./stream_entry.ts";

/** How the network does, every 2 s. What the node does not give is null. */
export interface NetworkMetrics {
  /** 0 to 100; null where the node does not give what it is made of. */
  readonly network_strength: number | null;
  /** The newest block. */
  readonly block_height: number;
  /** The newest block's, where the node gives it. */
  readonly block_hash?: string;
  /** As the node gives it; customary are seconds. */
  readonly finality_time: number | null;
  /** Nodes that the node is connected to. */
  readonly peer_count: number;
  /** Transactions a second. */
  readonly tps: number | null;
  /** Bytes a second. */
  readonly bandwidth_in: number | null;
  /** Bytes a second. */
  readonly bandwidth_out: number | null;
  /** Connections to the node. */
  readonly active_connections: number | null;
}

/** Stream `network_metrics`. Protocol, section 4. */
export const networkMetrics: TitledEntry<NetworkMetrics> = {
  title: "Network",
  period: 2000,
  data: object<NetworkMetrics>({
    network_strength: orNull(number({ minimum: 0, maximum: 100 })),
    block_height: number(),
    block_hash: optional(text()),
    finality_time: orNull(number()),
    peer_count: integer(),
    tps: orNull(number(), { description: "transactions a second" }),
    bandwidth_in: orNull(number(), { description: "bytes a second" }),
    bandwidth_out: orNull(number(), { description: "bytes a second" }),
    active_connections: orNull(number()),
  }, { title: "NetworkMetrics" }),
  example: {
    network_strength: 71,
    block_height: 812_344,
    finality_time: 12.5,
    peer_count: 64,
    tps: 310,
    bandwidth_in: 120_000,
    bandwidth_out: 98_000,
    active_connections: 40,
  },
};
