import { Helper } from "./child.ts";
import { type BenchContext, pause } from "./context.ts";
import type { Figure } from "./figure.ts";
import type { Target } from "./fleet.ts";
import { CpuMeter } from "./process_stats.ts";
import { BenchServer } from "./server.ts";
import { median } from "../../lib/telemetry/mod.ts";

/** How fast updates come one by one, and how many in each round: what comes seldom finds the processor's caches cold. */
const paces = [
  { name: "10 a second", rate: 10, updates: 8 },
  { name: "500 a second", rate: 500, updates: 100 },
] as const;
const rounds = 8;
/** Updates with which a server warms up: until then its code is still being compiled, which takes as long as the work. */
const warmUp = 1500;
/** Of a round in which several hand updates in at once. */
const together = { callers: 16, updates: 100 } as const;
const [costGoal, rateGoal] = [800, 2000] as const;

const leastLoop =
  "the least that it takes: a bare Deno server that parses it, signs it and commits it to Deno KV";

/** A server without clients, and what it is given. */
interface Side {
  readonly meter: CpuMeter;
  readonly target: Target;
}

/** Microseconds of CPU that an update took of each server in a round. */
interface Costs {
  readonly ours: number;
  readonly least: number;
}

/** What it costs to take updates in, where nobody gets them. */
export async function measureIntakes(
  body: () => string,
  { tell, signal }: BenchContext,
): Promise<Figure[]> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "heliograph-bench-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const server = stack.use(await BenchServer.start({ miners: 0 }));
  const helper = stack.use(Helper.start("bare-server"));
  await helper.ask("store", `${folder}/least.db`);
  const url = `http://127.0.0.1:${await helper.ask<number>("port")}/signed`;
  const ours: Side = { meter: new CpuMeter(server.pid), target: server.publishing };
  const least: Side = { meter: new CpuMeter(helper.pid), target: { url, headers: {} } };
  for (const { target } of [least, ours]) {
    tell(`fanout: ${warmUp} updates to a server without clients, of each kind`);
    for (let update = 0; update < warmUp; update += 1) await handIn(target, body());
  }
  const figures: Figure[] = [];
  for (const { name, rate, updates } of paces) {
    const costs: Costs[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      tell(`fanout: ${name} to servers without clients, round ${round} of ${rounds}`);
      const send = (target: Target) => sendPaced(target, { body, rate, updates, signal });
      costs.push(await measureByTurns({ ours, least }, updates, send));
    }
    figures.push(reportCosts(name, costs));
  }
  tell(`fanout: ${together.callers} at once to a server without clients`);
  return [...figures, await measureTogether(ours, body)];
}

/** Has both servers take updates in, one after the other: while one is busy it shows what the other uses in any case. */
async function measureByTurns(
  { ours, least }: Readonly<Record<keyof Costs, Side>>,
  updates: number,
  send: (target: Target) => Promise<void>,
): Promise<Costs> {
  const lap = async (busy: Side, idle: Side) => {
    busy.meter.lap();
    idle.meter.lap();
    const start = performance.now();
    await send(busy.target);
    const seconds = (performance.now() - start) / 1000;
    return { busy: busy.meter.lap(), idle: idle.meter.lap(), seconds };
  };
  const first = await lap(least, ours);
  const second = await lap(ours, least);
  const cost = (busy: number, idle: number, longer: number) => 1e6 * (busy - idle * longer) / updates;
  return {
    ours: cost(second.busy, first.idle, second.seconds / first.seconds),
    least: cost(first.busy, second.idle, first.seconds / second.seconds),
  };
}

/** Each when it is due, and when the one before is taken in. */
async function sendPaced(
  target: Target,
  { body, rate, updates, signal }: {
    body: () => string;
    rate: number;
    updates: number;
    signal: AbortSignal;
  },
): Promise<void> {
  const start = performance.now();
  for (let update = 1; update <= updates; update += 1) {
    const left = update / rate - (performance.now() - start) / 1000;
    if (left > 0) await pause(left, signal);
    await handIn(target, body());
  }
}

function reportCosts(name: string, costs: readonly Costs[]): Figure {
  const value = median(costs.map(({ ours }) => ours));
  return {
    name: `CPU to take an update in, ${name}`,
    value,
    unit: "µs",
    baseline: median(costs.map(({ least }) => least)),
    against: leastLoop,
    ratio: median(costs.map(({ ours, least }) => ours / least)),
    goal: `at most ${costGoal}`,
    reached: value <= costGoal,
  };
}

/** How many a second are taken in where several hand them in at once. */
async function measureTogether({ target }: Side, body: () => string): Promise<Figure> {
  const rates: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const start = performance.now();
    let left = together.updates;
    await Promise.all(Array.from({ length: together.callers }, async () => {
      while (left > 0) {
        left -= 1;
        await handIn(target, body());
      }
    }));
    rates.push(together.updates / ((performance.now() - start) / 1000));
  }
  const value = median(rates);
  return {
    name: `updates taken in, ${together.callers} at once`,
    value,
    unit: "/s",
    goal: `at least ${rateGoal}`,
    reached: value >= rateGoal,
  };
}

async function handIn({ url, headers }: Target, body: string): Promise<void> {
  const answer = await fetch(url, { method: "POST", headers, body });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`an update was refused: ${answer.status}`);
}
