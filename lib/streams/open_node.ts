import type { Clock } from "../protocol/mod.ts";
import type { ChainNode } from "./node.ts";
import { RpcNode } from "./rpc_node.ts";
import { SimulatedNode } from "./sim_node.ts";

const simulatedScheme = "sim:";

/** The node that setting `rpc_url` names: `sim:` is the simulated one, `sim:SEED` another such. */
export function openNode(rpcUrl: string, clock: Clock): ChainNode {
  if (!rpcUrl.startsWith(simulatedScheme)) return new RpcNode({ url: rpcUrl, clock });
  return new SimulatedNode({ clock, seed: rpcUrl.slice(simulatedScheme.length) });
}
