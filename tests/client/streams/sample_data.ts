import { type StreamData, streams } from "../../../lib/protocol/streams.ts";

const market = { status: "healthy" } as const;

const samples: { readonly [Name in keyof StreamData]?: (number: number) => StreamData[Name] } = {
  network_metrics: (number) => ({
    network_strength: 87,
    block_height: number,
    finality_time: 6,
    peer_count: 23,
    tps: 145.7,
    bandwidth_in: 1_024_000,
    bandwidth_out: 512_000,
    active_connections: 23,
  }),
  markets_health: (number) => ({
    overall_status: "healthy",
    markets: {
      compute: { ...market, active_jobs: number, total_providers: 12 },
      storage: { ...market, total_stored: 9, total_providers: 7 },
      energy: { ...market, total_credits: 5, active_traders: 2 },
      ads: { ...market, active_campaigns: 3, total_impressions: 54 },
    },
    healthy_markets: 4,
    total_markets: 4,
  }),
  receipts: (number) => ({ receipts: [{ id: `receipt_${number}` }], count: 1 }),
  peers: (number) => ({
    peers: [{ id: `peer_${number}`, address: "192.0.2.1:8000", latency_ms: null, is_validator: true }],
    total: number,
  }),
  gateway: (number) => ({
    status: "online",
    uptime: number,
    connections: { miners: 1, streams: 2, events: 3 },
    active_miners: 1,
    deliveries_per_second: 4,
    predictions_per_second: 5,
    verdicts: { accepted: 290, refused: { odds: 10 } },
    confirmation_latency: null,
    fallback_share: null,
  }),
};

/** Data such as a stream has; `number` tells it from others. */
export function sampleData<Name extends keyof StreamData>(stream: Name, number: number): StreamData[Name] {
  return samples[stream]?.(number) ?? streams[stream].example as StreamData[Name];
}
