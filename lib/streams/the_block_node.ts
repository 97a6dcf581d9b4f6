import { z } from "zod";
import { type ChainNode, NodeError, type RpcParams } from "./node.ts";
import { isRecord, readAnswer } from "./rpc_messages.ts";

type Params = Readonly<Record<string, unknown>>;
type Ask = (node: ChainNode, params: Params) => Promise<unknown>;

/** What the node says of a method that it does not have, or not for this caller. */
const refusals = [-32601, -33009];
/** Its answers must stay below the 1 MiB that is read of one. */
const mostPeers = 500;
const mostManifests = 1000;
const mostCredits = 1000;
const largestPage = 250;

const count = z.number().nonnegative();
const overlaySchema = z.object({ active_peers: z.int().nonnegative() });
const peersSchema = z.array(z.object({ peer_id: z.string() }));
const headerSchema = z.object({ height: z.int().nonnegative(), hash: z.string().optional() });
const computeSchema = z.object({ active_jobs: count });
const manifestsSchema = z.object({ manifests: z.array(z.object({ total_len: count })) });
// Of a market that the node does not run it says no more than that.
const providersSchema = z.object({ providers: z.array(z.unknown()).nullable().default(null) });
const campaignsSchema = z.object({ campaigns: z.array(z.unknown()).nullable().default(null) });
const creditsSchema = z.object({ credits: z.array(z.object({ amount_kwh: count })) });
const receiptsSchema = z.object({
  receipts: z.array(z.looseObject({
    buyer: z.string(),
    seller: z.string(),
    price_paid: count,
    block_settled: z.int(),
  })),
});

/** Asks a method, and reads what it answers; null where the node does not give it. */
async function askFor<T>(node: ChainNode, method: string, schema: z.ZodType<T>, params: Params = {}) {
  try {
    return readAnswer(method, schema, await node.call(method, params));
  } catch (error) {
    if (error instanceof NodeError && error.code !== undefined && refusals.includes(error.code)) return null;
    throw error;
  }
}

/** Asks a method that answers in pages; null where the node does not give it. */
async function askPages<T>(node: ChainNode, method: string, schema: z.ZodType<T>, wanted: number) {
  const page_size = Math.min(wanted, largestPage);
  const pages = Array.from({ length: Math.ceil(wanted / page_size) }, (_, page) => ({ page, page_size }));
  const answers = await Promise.all(pages.map((params) => askFor(node, method, schema, params)));
  return answers.includes(null) ? null : answers.filter((answer) => answer !== null);
}

/** The node lists its peers to its own machine alone. */
const peers: Ask = async (node) => {
  const [overlay, listed] = await Promise.all([
    node.call("net.overlay_status", {}),
    askFor(node, "net.peer_stats_all", peersSchema, { offset: 0, limit: mostPeers }),
  ]);
  const { active_peers: total } = readAnswer("net.overlay_status", overlaySchema, overlay);
  const unknown = { address: null, latency_ms: null, is_validator: null };
  return { peers: listed?.map(({ peer_id }) => ({ id: peer_id, ...unknown })) ?? [], total };
};

const latestHeader: Ask = async (node) => {
  const method = "light.latest_header";
  const { height, hash } = readAnswer(method, headerSchema, await node.call(method, {}));
  return { number: height, hash, finality_time: null };
};

const compute: Ask = async (node) => {
  const stats = await askFor(node, "compute_market.scheduler_stats", computeSchema);
  return { active_jobs: stats?.active_jobs ?? null, providers: null, total_providers: null };
};

const storage: Ask = async (node) => {
  const [kept, found] = await Promise.all([
    askFor(node, "storage.manifests", manifestsSchema, { limit: mostManifests }),
    askFor(node, "storage.discover_providers", providersSchema),
  ]);
  const total_stored = kept?.manifests.reduce((sum, { total_len }) => sum + total_len, 0) ?? null;
  return { total_stored, total_providers: found?.providers?.length ?? null };
};

const energy: Ask = async (node) => {
  const [credits, settled] = await Promise.all([
    askPages(node, "energy.credits", creditsSchema, mostCredits),
    askPages(node, "energy.receipts", receiptsSchema, largestPage),
  ]);
  const traders = settled?.flatMap(({ receipts }) =>
    receipts.flatMap(({ buyer, seller }) => [buyer, seller])
  );
  return {
    total_credits:
      credits?.flatMap((page) => page.credits).reduce((sum, { amount_kwh }) => sum + amount_kwh, 0) ??
        null,
    active_traders: traders === undefined ? null : new Set(traders).size,
  };
};

const ads: Ask = async (node) => {
  const listed = await askFor(node, "ad_market.list_campaigns", campaignsSchema);
  return { active_campaigns: listed?.campaigns?.length ?? null, total_impressions: null };
};

/** Those of the energy market, newest first: the node keeps no list of all markets' receipts. */
const receipts: Ask = async (node, { limit }) => {
  const wanted = typeof limit === "number" ? limit : largestPage;
  const pages = await askPages(node, "energy.receipts", receiptsSchema, wanted) ?? [];
  return {
    receipts: pages.flatMap((page) => page.receipts).map((receipt) => ({
      ...receipt,
      market: "energy",
      block_height: receipt.block_settled,
      provider: receipt.seller,
      consumer: receipt.buyer,
      amount: receipt.price_paid,
    })),
  };
};

const unknownStats = { tps: null, bandwidth_in: null, bandwidth_out: null, active_connections: null };

/** What the streams call, by what the node has for it. */
const methods = new Map<string, Ask>(Object.entries({
  "net.peers": peers,
  "net.stats": () => Promise.resolve(unknownStats),
  "light.latest_header": latestHeader,
  "compute_market.stats": compute,
  "storage.stats": storage,
  "energy.market_state": energy,
  "ad_market.stats": ads,
  "receipt.audit": receipts,
}));

/**
 * The Block's node as it is: with other methods than the streams call, so that each is answered from those that it has, and
 * with null for what none of them gives.
 */
export class TheBlockNode implements ChainNode {
  readonly simulated: boolean;
  readonly #node: ChainNode;

  constructor(node: ChainNode) {
    this.#node = node;
    this.simulated = node.simulated;
  }

  call(method: string, params: RpcParams = {}): Promise<unknown> {
    const ask = isRecord(params) ? methods.get(method) : undefined;
    return ask === undefined ? this.#node.call(method, params) : ask(this.#node, params as Params);
  }

  close(): void {
    this.#node.close();
  }
}
