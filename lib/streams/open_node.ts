import type { Clock } from "../protocol/mod.ts";
import { logger } from "../telemetry/mod.ts";
import { type ChainNode, NodeError, type RpcParams } from "./node.ts";
import { isRecord } from "./rpc_messages.ts";
import { RpcNode } from "./rpc_node.ts";
import { SimulatedNode } from "./sim_node.ts";
import { TheBlockNode } from "./the_block_node.ts";

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

const log = logger("streams");

const methodNotFound = -32601;

/** Which methods a node has: those that The Block's page was made for, or those of The Block's node. */
type RpcProfile = "block-buster" | "the-block";

/** A node in the methods of the streams, whichever it has itself. */
export function profiled(node: ChainNode, profile: RpcProfile): ChainNode {
  return profile === "the-block" ? new TheBlockNode(node) : node;
}

/** A node whose profile shows in how it describes its newest block. */
export class DetectedNode implements ChainNode {
  readonly simulated: boolean;
  readonly #node: ChainNode;
  #profile: Promise<RpcProfile> | undefined;

  constructor(node: ChainNode) {
    this.#node = node;
    this.simulated = node.simulated;
  }

  async call(method: string, params?: RpcParams): Promise<unknown> {
    const profile = this.#profile ??= this.#detect();
    try {
      return await profiled(this.#node, await profile).call(method, params);
    } catch (error) {
      // Not reached, or another one by now: looked at again for the next poll.
      const isMistaken = error instanceof NodeError && error.code === methodNotFound;
      if (isMistaken && this.#profile === profile) this.#profile = undefined;
      throw error;
    }
  }

  close(): void {
    this.#node.close();
  }

  async #detect(): Promise<RpcProfile> {
    try {
      const header = await this.#node.call("light.latest_header", {});
      const isTheirs = isRecord(header) && "height" in header && !("number" in header);
      const profile = isTheirs ? "the-block" : "block-buster";
      log.info("The node's methods are those of profile {profile}", { profile });
      return profile;
    } catch (error) {
      this.#profile = undefined;
      throw error;
    }
  }
}
