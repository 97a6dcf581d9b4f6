import { z } from "zod";
import type { NetworkMetrics } from "../protocol/mod.ts";
import type { StreamDefinition } from "./definition.ts";
import { latestOf } from "./latest_of.ts";
import type { ChainNode } from "./node.ts";
import { countSchema, readAnswer } from "./read_answer.ts";

const peersSchema = z.object({ peers: z.array(z.unknown()) });
const statsSchema = z.object({
  tps: countSchema,
  bandwidth_in: countSchema,
  bandwidth_out: countSchema,
  active_connections: countSchema,
});
const headerSchema = z.object({ number: z.int().nonnegative(), finality_time: countSchema });

/**
 * How strong a network is, 0 to 100: up to 30 for its peers, 40 for its transactions a second, 30 for quick finality.
 * Protocol, section 4.
 */
export function networkStrength(peers: number, tps: number, finalityTime: number): number {
  const forPeers = Math.min(peers / 50 * 30, 30);
  const forTps = Math.min(tps / 1000 * 40, 40);
  const forFinality = Math.max(30 - finalityTime / 10, 0);
  return Math.floor(forPeers + forTps + forFinality);
}

async function ask(node: ChainNode): Promise<NetworkMetrics> {
  const [peersResult, statsResult, headerResult] = await Promise.all([
    node.call("net.peers"),
    node.call("net.stats"),
    node.call("light.latest_header"),
  ]);
  const { length: peer_count } = readAnswer("net.peers", peersSchema, peersResult).peers;
  const stats = readAnswer("net.stats", statsSchema, statsResult);
  const header = readAnswer("light.latest_header", headerSchema, headerResult);
  return {
    network_strength: networkStrength(peer_count, stats.tps, header.finality_time),
    block_height: header.number,
    finality_time: header.finality_time,
    peer_count,
    ...stats,
  };
}

/** How the network does. */
export const networkMetricsStream: StreamDefinition = {
  name: "network_metrics",
  period: 2000,
  open: (node) => latestOf(() => ask(node)),
};
