import { Helper } from "./child.ts";
import type { BenchContext } from "./context.ts";
import type { Figure } from "./figure.ts";
import type { Target } from "./fleet.ts";
import { threadSeconds } from "./process_stats.ts";
import { BenchServer } from "./server.ts";
import { median } from "../../lib/telemetry/mod.ts";

/** How often each is measured, by turns, and the updates each time. */
const [rounds, updates] = [12, 100] as const;
/** Updates with which a server warms up: until then its code is still being compiled, which takes as long as the work. */
const warmUp = 1500;
/** How many hand updates in at once, where several do. */
const callers = 16;
const costGoal = 800;
const rateGoal = 2000;

const leastLoop =
  "the least that it takes: a bare Deno server that parses it, signs it and commits it to Deno KV";

/** A server without clients, and what it is given. */
interface Side {
  readonly pid: number;
  readonly target: Target;
}

/** What taking updates in costs in microseconds of CPU, and how many a second there were. */
interface Intake {
  readonly cost: number;
  readonly rate: number;
}

/** What it costs to take updates in, where nobody gets them. */
export async function measureIntakes(body: () => string, { tell }: BenchContext): Promise<Figure[]> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "heliograph-bench-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const server = stack.use(await BenchServer.start({ miners: 0 }));
  const helper = stack.use(Helper.start("bare-server"));
  await helper.ask("store", `${folder}/least.db`);
  const url = `http://127.0.0.1:${await helper.ask<number>("port")}/signed`;
  const ours: Side = { pid: server.pid, target: server.publishing };
  const least: Side = { pid: helper.pid, target: { url, headers: {} } };
  for (const side of [least, ours]) {
    tell(`fanout: ${warmUp} updates to a server without clients, of each kind`);
    for (let update = 0; update < warmUp; update += 1) await handIn(side, body());
  }
  const [bare, alone, together]: [Intake[], Intake[], Intake[]] = [[], [], []];
  for (let round = 1; round <= rounds; round += 1) {
    tell(`fanout: updates to servers without clients, round ${round} of ${rounds}`);
    bare.push(await measureIntake(least, body, 1));
    alone.push(await measureIntake(ours, body, 1));
    together.push(await measureIntake(ours, body, callers));
  }
  return report({ bare, alone, together });
}

/** What it costs one with nobody to send it to, where so many hand updates in at once. */
async function measureIntake(side: Side, body: () => string, callers: number): Promise<Intake> {
  const [before, start] = [threadSeconds(side.pid), performance.now()];
  let left = updates;
  await Promise.all(Array.from({ length: callers }, async () => {
    while (left > 0) {
      left -= 1;
      await handIn(side, body());
    }
  }));
  const seconds = (performance.now() - start) / 1000;
  return { cost: 1e6 * (threadSeconds(side.pid) - before) / updates, rate: updates / seconds };
}

async function handIn({ target: { url, headers } }: Side, body: string): Promise<void> {
  const answer = await fetch(url, { method: "POST", headers, body });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`an update was refused: ${answer.status}`);
}

/** What else runs on a machine makes work dearer and never cheaper, so that the cheapest round tells most of the work. */
function report(
  { bare, alone, together }: Record<"bare" | "alone" | "together", readonly Intake[]>,
): Figure[] {
  const costs = (intakes: readonly Intake[]) => intakes.map(({ cost }) => cost);
  const [bareCosts, ourCosts] = [costs(bare), costs(alone)];
  const [bareLeast, least] = [Math.min(...bareCosts), Math.min(...ourCosts)];
  const rate = Math.max(...together.map(({ rate }) => rate));
  return [
    {
      name: "CPU to take an update in, cheapest round",
      value: least,
      unit: "µs",
      baseline: bareLeast,
      against: leastLoop,
      ratio: least / bareLeast,
      goal: `at most ${costGoal}`,
      reached: least <= costGoal,
    },
    {
      name: "the same, median",
      value: median(ourCosts),
      unit: "µs",
      baseline: median(bareCosts),
      against: leastLoop,
      ratio: median(ourCosts.map((cost, round) => cost / (bareCosts[round] ?? NaN))),
    },
    { name: `the same, ${callers} at once`, value: median(costs(together)), unit: "µs" },
    {
      name: `updates taken in, ${callers} at once, best round`,
      value: rate,
      unit: "/s",
      goal: `at least ${rateGoal}`,
      reached: rate >= rateGoal,
    },
  ];
}
