import type { FakeResult } from "./fake_node.ts";

/** A receipt as the energy market of The Block's node has them; higher numbers are newer. */
export function energyReceipt(number: number) {
  return {
    buyer: `buyer_${number % 2}`,
    seller: "seller",
    kwh_delivered: 10 + number,
    price_paid: 100 + number,
    block_settled: number,
    treasury_fee: 1,
    slash_applied: 0,
    meter_hash: number.toString(16).padStart(64, "0"),
  };
}

/** What The Block's own node answers, with the shapes of its RPC sources, to the methods that it has. */
export function theBlockResults(): Record<string, FakeResult> {
  const page = { status: "ok", page: 0, page_size: 250 };
  const firstPage =
    (name: string, items: readonly unknown[]) => ({ page: number }: Record<string, unknown>) => ({
      ...page,
      page: number,
      total: items.length,
      [name]: number === 0 ? items : [],
    });
  return {
    "net.overlay_status": { backend: "quic", active_peers: 3, persisted_peers: 7, database_path: null },
    "net.peer_stats_all": [
      { peer_id: "12D3KooWa", metrics: { requests: 7, bytes_sent: 9000 } },
      { peer_id: "12D3KooWb", metrics: { requests: 1, bytes_sent: 40 } },
    ],
    "light.latest_header": { height: 51_204, hash: "00ab12", difficulty: 1000 },
    "compute_market.scheduler_stats": { success: 9, active_jobs: 4, queued_high: 0, pending: [] },
    "storage.manifests": {
      status: "ok",
      policy: {},
      manifests: [{ manifest: "a", total_len: 4_000_000 }, { manifest: "b", total_len: 1_000_000 }],
    },
    "storage.discover_providers": { status: "ok", providers: [{ provider: "p1" }, { provider: "p2" }] },
    "energy.credits": firstPage("credits", [
      { provider: "seller", amount_kwh: 300, timestamp: 2, meter_hash: "02" },
      { provider: "seller", amount_kwh: 50, timestamp: 1, meter_hash: "01" },
    ]),
    "energy.receipts": firstPage("receipts", [energyReceipt(2), energyReceipt(1)]),
    "ad_market.list_campaigns": { status: "ok", campaigns: [] },
  };
}
