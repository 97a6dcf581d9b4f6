import type { Clock } from "../protocol/mod.ts";
import { DetectedNode, profiled, type RpcProfile } from "./detected_node.ts";
import type { ChainNode } from "./node.ts";
import { RpcNode } from "./rpc_node.ts";
import { SimulatedNode } from "./sim_node.ts";

const simulatedScheme = "sim:";

/**
 * The node that setting `rpc_url` names: `sim:` is the simulated one, `sim:SEED` another such.
 *
 * @param profile which methods it has; found out where it is not given
 */
export function openNode(rpcUrl: string, profile: RpcProfile | undefined, clock: Clock): ChainNode {
  if (rpcUrl.startsWith(simulatedScheme)) {
    return new SimulatedNode({ clock, seed: rpcUrl.slice(simulatedScheme.length) });
  }
  const node = new RpcNode({ url: rpcUrl, clock });
  return profile === undefined ? new DetectedNode(node) : profiled(node, profile);
}
