import type { BenchContext, BenchResult } from "./context.ts";
import { Helper } from "./child.ts";
import { diskWrites } from "./disk_writes.ts";
import { sampleGame } from "./miners.ts";
import { PredictionLoad } from "./prediction_load.ts";
import { BenchServer } from "./server.ts";
import { mean, percentile } from "../../lib/telemetry/mod.ts";

const miners = 20;
const workers = Math.max(1, navigator.hardwareConcurrency - 1);
const goals = { ratio: 0.95, p99: 8 } as const;

/** Predictions verified, stored and confirmed per second, and how long one takes at a quarter of that rate. */
export async function predictions({ seconds, tell }: BenchContext): Promise<BenchResult> {
  tell("predictions: starting a server");
  await using server = await BenchServer.start({ miners });
  await publishGame(server);
  using load = await PredictionLoad.connect(server.ws, miners);
  tell("predictions: what the workers' cores can verify and sign");
  const before = await cryptoCapacity(seconds / 3);
  await load.flood(load.prepare(Math.ceil(before * Math.min(1, seconds))));
  const flood = load.prepare(Math.ceil(before * seconds));
  tell(`predictions: ${flood.length} as fast as they are confirmed`);
  const rate = flood.length / await load.flood(flood);
  const after = await cryptoCapacity(seconds / 3);
  const capacity = mean([before, after]);
  const paced = load.prepare(Math.ceil(rate / 4 * seconds));
  tell(`predictions: ${paced.length} at a quarter of that rate`);
  const latencies = await load.pace(paced, rate / 4);
  const writes = await diskWrites(Math.ceil(paced.length / 4), rate / 4);
  return report({ rate, capacity, latencies, writes });
}

async function publishGame({ publishing: { url, headers } }: BenchServer): Promise<void> {
  const body = JSON.stringify({ games: [sampleGame] });
  const response = await fetch(url, { method: "POST", headers, body });
  if (!response.ok) throw new Error(`Cannot publish a game: ${response.status} ${await response.text()}`);
  await response.body?.cancel();
}

/** Verifications, each with a signature, that as many cores as the server has workers do per second. */
async function cryptoCapacity(seconds: number): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const loops = Array.from({ length: workers }, () => stack.use(Helper.start("crypto-loop")));
  const rates = await Promise.all(loops.map((loop) => loop.ask<number>("run", { seconds })));
  return rates.reduce((sum, rate) => sum + rate, 0);
}

function report(measured: {
  rate: number;
  capacity: number;
  latencies: readonly number[];
  writes: readonly number[];
}): BenchResult {
  const { rate, capacity, latencies, writes } = measured;
  const ratio = rate / capacity;
  const p99 = percentile(latencies, 0.99);
  return {
    figures: [
      {
        name: "predictions confirmed",
        value: rate,
        unit: "/s",
        baseline: capacity,
        against: `verify one, sign one on ${workers} core${workers === 1 ? "" : "s"}`,
        ratio,
        goal: `at least ${goals.ratio}`,
        reached: ratio >= goals.ratio,
      },
      {
        name: "confirmation latency, p50",
        value: percentile(latencies, 0.5),
        unit: "ms",
        baseline: percentile(writes, 0.5),
        against: "96 KiB written to the disk, at the same rate",
      },
      {
        name: "confirmation latency, p99",
        value: p99,
        unit: "ms",
        baseline: percentile(writes, 0.99),
        against: "96 KiB written to the disk, at the same rate",
        goal: `under ${goals.p99} ms`,
        reached: p99 < goals.p99,
      },
    ],
    notes: [
      `predictions: ${miners} miners over WebSocket, messages signed beforehand, each confirmed exactly once; the ` +
      "store and the log (level INFO) are files; latency from sending to confirmation at a quarter of the rate",
    ],
  };
}
