import { z } from "zod";
import type { NetworkMetrics } from "../protocol/mod.ts";
import { latestOf, type StreamDefinition } from "./definition.ts";
import type { ChainNode } from "./node.ts";
import { countSchema, readAnswer, textSchema } from "./rpc_messages.ts";

const peersSchema = z.object({ peers: z.array(z.unknown()), total: z.int().nonnegative().optional() });
const statsSchema = z.object({
  tps: countSchema,
  bandwidth_in: countSchema,
  bandwidth_out: countSchema,
  active_connections: countSchema,
});
const headerSchema = z.object({
  number: z.int().nonnegative(),
  hash: textSchema.optional().catch(undefined),
  finality_time: countSchema,
});

/**
 * How strong a network is, 0 to 100: up to 30 for its peers, 40 for its transactions a second, 30 for quick finality.
 * Null where one of them is not known. Protocol, section 4.
 */
export function networkStrength(
  peers: number,
  tps: number | null,
  finalityTime: number | null,
): number | null {
  if (tps === null || finalityTime === null) return null;
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
  const listed = readAnswer("net.peers", peersSchema, peersResult);
  const peer_count = listed.total ?? listed.peers.length;
  const stats = readAnswer("net.stats", statsSchema, statsResult);
  const header = readAnswer("light.latest_header", headerSchema, headerResult);
  const { number: block_height, hash: block_hash, finality_time } = header;
  return {
    network_strength: networkStrength(peer_count, stats.tps, finality_time),
    block_height,
    ...(block_hash === undefined ? {} : { block_hash }),
    finality_time,
    peer_count,
    ...stats,
  };
}

/** How the network does. */
export const networkMetricsSource: StreamDefinition["open"] = (node) => latestOf(() => ask(node));
