import type { ShownStream } from "../../../lib/dashboard/model/streams.ts";
import type { StreamData } from "../../../lib/protocol/streams.ts";

const markets = ["compute", "storage", "energy", "ads"];

/** A network that does as a formula says: the same at the same step. */
export function scriptedNetwork(step: number): Pick<StreamData, ShownStream> {
  const wave = (length: number, phase = 0) => Math.sin((step / length + phase) * 2 * Math.PI);
  const noise = (seed: number) => (Math.sin(step * 12.9898 + seed * 78.233) * 43_758.5453) % 1;
  const tps = 640 + 180 * wave(41) + 60 * noise(1);
  const finality = 6 + 0.8 * wave(67, 0.3) + 0.3 * noise(2);
  const peers = scriptedPeers(step);
  const strength = Math.floor(Math.min(peers.length / 50 * 30, 30) + tps / 1000 * 40 + 30 - finality / 10);
  return {
    network_metrics: {
      network_strength: strength,
      block_height: 1_204_512 + Math.floor(step / 3),
      finality_time: finality,
      peer_count: peers.length,
      tps,
      bandwidth_in: 1_420_000 + 380_000 * wave(53, 0.1) + 90_000 * noise(3),
      bandwidth_out: 820_000 + 210_000 * wave(53, 0.2) + 60_000 * noise(4),
      active_connections: 128 + Math.round(9 * wave(80)),
    },
    markets_health: scriptedMarkets(step),
    receipts: { receipts: [scriptedReceipt(step)], count: 1 },
    peers: { peers, total: peers.length },
    gateway: {
      status: "online",
      uptime: 187_000 + step * 2,
      connections: { miners: 184, streams: 37, events: 4 },
      active_miners: 176,
      deliveries_per_second: 92 + 20 * wave(31) + 6 * noise(5),
      predictions_per_second: 38 + 9 * wave(29) + 3 * noise(6),
      verdicts: { accepted: 2241 + step % 5, refused: { odds: 31 + step % 3, wager_limit: 8 } },
      confirmation_latency: { p50: 2.4 + 0.3 * noise(7), p99: 7.9 + noise(8) },
      fallback_share: 0.021,
    },
  };
}

function scriptedMarkets(step: number): StreamData["markets_health"] {
  return {
    overall_status: "healthy",
    markets: {
      compute: { status: "healthy", active_jobs: 214 + step % 7, total_providers: 61 },
      storage: { status: "healthy", total_stored: 4_812_000 + step * 40, total_providers: 88 },
      energy: { status: "healthy", total_credits: 39_120 + step, active_traders: 112 },
      ads: { status: "idle", active_campaigns: 0, total_impressions: 1_930_442 },
    },
    healthy_markets: 3,
    total_markets: 4,
  };
}

function scriptedPeers(step: number): StreamData["peers"]["peers"] {
  return Array.from({ length: 42 }, (_, index) => ({
    id: `12D3KooW${(index * 7919 + 104_729).toString(36).padStart(6, "q")}${(index * 31_337).toString(36)}`,
    address: `/ip4/10.${index % 4}.${index}.${(index * 37) % 250}/tcp/30333`,
    latency_ms: index === 17 ? null : 8 + (index * 53) % 190 + 4 * Math.sin(step / 9 + index),
    is_validator: index % 5 === 0,
  }));
}

/** The receipt of a step. */
function scriptedReceipt(step: number): StreamData["receipts"]["receipts"][number] {
  return {
    id: `rcpt-${String(step).padStart(6, "0")}-${(step * 48_271 % 65_536).toString(16)}`,
    market: markets[step % markets.length],
    block_height: 1_204_512 + Math.floor(step / 3),
    timestamp: 1_795_000_000 + step * 2,
    provider: `5FHneW46${(step * 131 % 4096).toString(36)}NjQ`,
    consumer: `5GrwvaEF${(step * 197 % 4096).toString(36)}Ty7`,
    amount: 12 + step * 17 % 900,
  };
}
