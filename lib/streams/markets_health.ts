import { z } from "zod";
import type { MarketsHealth, MarketStatus } from "../protocol/mod.ts";
import { latestOf, type StreamDefinition } from "./definition.ts";
import type { ChainNode } from "./node.ts";
import { countSchema, readAnswer } from "./rpc_messages.ts";

const providers = { providers: z.number().nonnegative().nullish(), total_providers: countSchema };
const computeSchema = z.object({ active_jobs: countSchema, ...providers });
const storageSchema = z.object({ total_stored: countSchema, ...providers });
const energySchema = z.object({ total_credits: countSchema, active_traders: countSchema });
const adsSchema = z.object({ active_campaigns: countSchema, total_impressions: countSchema });

/** A market is healthy when its count, whatever it counts, is above 0; null when that is not known. */
export function marketStatus(count: number | null): MarketStatus {
  if (count === null) return null;
  return count > 0 ? "healthy" : "idle";
}

/** How all markets together do. Protocol, section 4. */
export function overallStatus(healthy: number): MarketsHealth["overall_status"] {
  if (healthy >= 3) return "healthy";
  return healthy > 0 ? "degraded" : "down";
}

/** The whole stream's value from what it tells of each market. */
function marketsHealth(markets: MarketsHealth["markets"]): MarketsHealth {
  const all = Object.values(markets);
  const healthy_markets = all.filter(({ status }) => status === "healthy").length;
  return {
    overall_status: overallStatus(healthy_markets),
    markets,
    healthy_markets,
    total_markets: all.filter(({ status }) => status !== null).length,
  };
}

async function ask(node: ChainNode): Promise<MarketsHealth> {
  const [computeResult, storageResult, energyResult, adsResult] = await Promise.all([
    node.call("compute_market.stats"),
    node.call("storage.stats"),
    node.call("energy.market_state"),
    node.call("ad_market.stats"),
  ]);
  const compute = readAnswer("compute_market.stats", computeSchema, computeResult);
  const storage = readAnswer("storage.stats", storageSchema, storageResult);
  const energy = readAnswer("energy.market_state", energySchema, energyResult);
  const ads = readAnswer("ad_market.stats", adsSchema, adsResult);
  return marketsHealth({
    compute: {
      status: marketStatus(compute.active_jobs),
      active_jobs: compute.active_jobs,
      total_providers: compute.providers ?? compute.total_providers,
    },
    storage: {
      status: marketStatus(storage.total_stored),
      total_stored: storage.total_stored,
      total_providers: storage.providers ?? storage.total_providers,
    },
    energy: { status: marketStatus(energy.total_credits), ...energy },
    ads: { status: marketStatus(ads.active_campaigns), ...ads },
  });
}

/** What goes on in the markets. */
export const marketsHealthSource: StreamDefinition["open"] = (node) => latestOf(() => ask(node));
