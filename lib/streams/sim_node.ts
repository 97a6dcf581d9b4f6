import { z } from "zod";
import type { Clock } from "../protocol/mod.ts";
import { type ChainNode, NodeError, type RpcParams } from "./node.ts";
import { bandwidth, blockHeight, finalityTime, transactionRate } from "./sim/chain.ts";
import { adMarket, computeMarket, energyMarket, storageMarket } from "./sim/markets.ts";
import { Noise } from "./sim/noise.ts";
import { countPeers, peersAt } from "./sim/population.ts";
import { newestReceipts } from "./sim/settlements.ts";

const defaultSeed = "heliograph";
const minute = 60_000;
const auditSchema = z.object({ limit: z.int().min(1).max(1000).default(10) });

/** A call that the simulated node refuses, with the code and the reason that JSON-RPC has for it. */
export class CallRefused extends NodeError {
  constructor(method: string, override readonly code: number, readonly reason: string) {
    super(`the node answered ${method.slice(0, 64)} with error ${code}: ${reason}`, code);
  }
}

function netStats(noise: Noise, time: number): unknown {
  const peers = countPeers(noise, time);
  const { in: bandwidth_in, out: bandwidth_out } = bandwidth(noise, time, peers);
  const passing = Math.round(12 * noise.wander("connections", time, minute));
  return {
    tps: transactionRate(noise, time),
    bandwidth_in,
    bandwidth_out,
    active_connections: peers + passing,
  };
}

function audit(noise: Noise, time: number, params: RpcParams): unknown {
  const outcome = auditSchema.safeParse(params);
  if (!outcome.success) throw new CallRefused("receipt.audit", -32602, "Invalid params");
  return { receipts: newestReceipts(noise, time, outcome.data.limit) };
}

/** The methods that the streams call. Protocol, section 4. */
const methods = new Map<string, (noise: Noise, time: number, params: RpcParams) => unknown>([
  ["net.peers", (noise, time) => ({ peers: peersAt(noise, time) })],
  ["net.stats", netStats],
  ["light.latest_header", (noise, time) => ({
    number: blockHeight(noise, time),
    finality_time: finalityTime(noise, time),
  })],
  ["compute_market.stats", computeMarket],
  ["storage.stats", storageMarket],
  ["energy.market_state", energyMarket],
  ["ad_market.stats", adMarket],
  ["receipt.audit", audit],
]);

/**
 * A made-up chain node. What it answers depends on its seed and the time alone, so that one started anew goes on as if
 * nothing had happened.
 */
export class SimulatedNode implements ChainNode {
  readonly simulated = true;
  readonly #clock: Clock;
  readonly #noise: Noise;

  constructor({ clock, seed = "" }: { readonly clock: Clock; readonly seed?: string | undefined }) {
    this.#clock = clock;
    this.#noise = new Noise(seed === "" ? defaultSeed : seed);
  }

  call(method: string, params: RpcParams = {}): Promise<unknown> {
    return Promise.try(() => this.#answer(method, params));
  }

  close(): void {}

  #answer(method: string, params: RpcParams): unknown {
    const answer = methods.get(method);
    if (answer === undefined) throw new CallRefused(method, -32601, "Method not found");
    return answer(this.#noise, this.#clock.now(), params);
  }
}
