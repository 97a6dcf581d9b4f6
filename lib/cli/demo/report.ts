import type { DemoMiner } from "./demo_miner.ts";
import type { DemoValidator } from "./demo_validator.ts";

/** What a run of the demo showed. */
export interface Report {
  readonly rows: readonly (readonly [label: string, value: string])[];
  /** What should not have happened; empty when all was confirmed exactly once. */
  readonly faults: readonly string[];
}

/** Adds up what the miners saw, and holds it against what the validator, where it is ours, has stored. */
export async function makeReport(
  miners: readonly DemoMiner[],
  validator: DemoValidator | undefined,
): Promise<Report> {
  const sum = (count: (miner: DemoMiner) => number) =>
    miners.reduce((total, miner) => total + count(miner), 0);
  const latencies = miners.flatMap(({ tally }) => tally.latencies).sort((a, b) => a - b);
  const wishes = sum(({ tally }) => tally.wishes);
  const confirmed = sum(({ tally }) => tally.confirmed.size);
  const rows: [string, string][] = [
    ["predictions wished for", String(wishes)],
    ["confirmed", String(confirmed)],
    ["made anew as odds had moved", String(sum(({ tally }) => tally.moved))],
    ["confirmed over HTTP", String(sum(({ tally }) => tally.overHttp))],
    ["reconnections", String(sum(({ tally }) => tally.reconnects))],
    ["game updates received", String(sum(({ tally }) => tally.updates))],
    ["latency, outages included", `p50 ${quantile(latencies, 0.5)}, p99 ${quantile(latencies, 0.99)}`],
  ];
  const faults = [
    ...minerFaults(miners),
    ...validator === undefined ? [] : await storeFaults(miners, validator),
  ];
  if (wishes === 0) faults.push("no prediction was made");
  return { rows, faults };
}

function minerFaults(miners: readonly DemoMiner[]): string[] {
  return miners.flatMap(({ number, open, tally }) => [
    ...open > 0 ? [`miner ${number}: ${open} predictions were not confirmed`] : [],
    ...tally.refused.map((message) => `miner ${number}: refused: ${message}`),
    ...[...tally.confirmed].filter(([, { times }]) => times !== 1).map(([id, { times }]) =>
      `miner ${number}: ${id} was confirmed ${times} times`
    ),
  ]);
}

async function storeFaults(miners: readonly DemoMiner[], validator: DemoValidator): Promise<string[]> {
  const accepted = await validator.accepted();
  const faults: string[] = [];
  for (const [id, sequences] of accepted) {
    if (sequences.length !== 1) faults.push(`${id} is stored ${sequences.length} times`);
  }
  let confirmed = 0;
  for (const { tally } of miners) {
    for (const [id, { sequence }] of tally.confirmed) {
      confirmed += 1;
      if (accepted.get(id)?.[0] !== sequence) {
        faults.push(`${id} was confirmed as ${sequence} and is not stored so`);
      }
    }
  }
  if (confirmed !== accepted.size) {
    faults.push(`${accepted.size} predictions are stored, ${confirmed} confirmed`);
  }
  const sequences = [...accepted.values()].flat().sort((a, b) => a - b);
  if (sequences.some((sequence, index) => sequence !== index + 1)) {
    faults.push("the stored sequence has gaps");
  }
  return faults;
}

function quantile(sorted: readonly number[], share: number): string {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return value === undefined ? "-" : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
