import { z } from "zod";
import type { NetworkPeer, Peers } from "../protocol/mod.ts";
import { latestOf, type StreamDefinition } from "./definition.ts";
import type { ChainNode } from "./node.ts";
import { readAnswer, textSchema } from "./rpc_messages.ts";

const mostPeers = 10_000;

const latencySchema = z.number().nullish()
  // Some nodes say -1 for a peer that they have not measured.
  .transform((latency) => latency === null || latency === undefined || latency < 0 ? null : latency);

const peerSchema = z.object({
  id: textSchema.nullish(),
  address: textSchema.nullable().default(""),
  latency_ms: latencySchema,
  is_validator: z.boolean().nullable().default(false),
}).refine(({ id, address }) => Boolean(id || address), "expected an id or an address");

const answerSchema = z.object({ peers: z.array(z.unknown()), total: z.int().nonnegative().optional() });
const listSchema = z.object({ peers: z.array(peerSchema) });

function toPeer({ id, address, latency_ms, is_validator }: z.output<typeof peerSchema>): NetworkPeer {
  return { id: id || address || "", address, latency_ms, is_validator };
}

/**
 * The peers in an answer to `net.peers`, at most 10,000; `total` counts all, those too that the node does not list.
 *
 * @throws {NodeError} when it holds no such list
 */
export function readPeers(result: unknown): Peers {
  const { peers: all, total = all.length } = readAnswer("net.peers", answerSchema, result);
  const { peers } = readAnswer("net.peers", listSchema, { peers: all.slice(0, mostPeers) });
  return { peers: peers.map(toPeer), total };
}

async function ask(node: ChainNode): Promise<Peers> {
  return readPeers(await node.call("net.peers"));
}

/** The network's nodes. */
export const peersSource: StreamDefinition["open"] = (node) => latestOf(() => ask(node));
