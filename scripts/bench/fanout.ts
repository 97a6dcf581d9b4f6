import { renderSigned } from "../../lib/protocol/mod.ts";
import { Helper } from "./child.ts";
import type { BenchContext, BenchResult } from "./context.ts";
import { measureDeliveries } from "./deliveries.ts";
import type { Figure } from "./figure.ts";
import type { Target } from "./fleet.ts";
import { sampleGame } from "./miners.ts";
import { cpuSeconds, hasProcessStats } from "./process_stats.ts";
import { BenchServer } from "./server.ts";

const gameBytes = 512;
/** Updates of which it is measured what taking them in costs: Linux counts processor time in steps of 10 ms. */
const intakes = 500;
/** Updates with which a server warms up: until then its code is still being compiled, which takes as long as the work. */
const warmUp = 1500;
/** How many hand updates in at once, where several do. */
const callers = 16;
const intakeGoal = 800;
const rateGoal = 2000;

/** A server without clients, and what it is given. */
interface Side {
  readonly pid: number;
  readonly target: Target;
  body(): string;
}

/** What taking updates in costs in microseconds of CPU, and how many a second there were. */
interface Intake {
  readonly cost: number;
  readonly rate: number;
}

/** Server CPU per delivered update beside a bare loop over `Deno.upgradeWebSocket`, and to take an update in. */
export async function fanout(context: BenchContext): Promise<BenchResult> {
  if (!hasProcessStats) return { figures: [], notes: ["fanout: on Linux only, where /proc tells CPU times"] };
  let version = 0;
  const body = () => JSON.stringify({ games: [gameOfSize(gameBytes, version += 1)] });
  const deliveries = await measureDeliveries(body, context);
  context.tell(`fanout: ${intakes} updates to a server without clients, of each kind`);
  const intake = await measureIntakes(body, deliveries.frameBytes);
  return { figures: [...deliveries.figures, ...intake], notes: [deliveries.note, note] };
}

const note = `fanout: games of ${gameBytes} bytes; updates are taken in by servers without clients`;

/** What it costs to take updates in, where nobody gets them. */
async function measureIntakes(body: () => string, frameBytes: number): Promise<Figure[]> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await BenchServer.start({ miners: 0 }));
  const helper = stack.use(Helper.start("bare-server"));
  const address = `http://127.0.0.1:${await helper.ask<number>("port")}`;
  const ours = { pid: server.pid, target: server.publishing, body };
  const bare = {
    pid: helper.pid,
    target: { url: address, headers: {} },
    body: () => "x".repeat(frameBytes),
  };
  for (const side of [bare, ours]) {
    for (let update = 0; update < warmUp; update += 1) await handIn(side);
  }
  const [bareAlone, alone, together] = [
    await measureIntake(bare, 1),
    await measureIntake(ours, 1),
    await measureIntake(ours, callers),
  ];
  return [
    {
      name: "CPU to take an update in",
      value: alone.cost,
      unit: "µs",
      baseline: bareAlone.cost,
      against: "a request with the frame",
      goal: `at most ${intakeGoal}`,
      reached: alone.cost <= intakeGoal,
    },
    { name: `the same, ${callers} at once`, value: together.cost, unit: "µs" },
    {
      name: `updates taken in, ${callers} at once`,
      value: together.rate,
      unit: "/s",
      goal: `at least ${rateGoal}`,
      reached: together.rate >= rateGoal,
    },
  ];
}

/** A game whose signed text is of this size; another one for every version. */
function gameOfSize(bytes: number, version: number) {
  const game = { ...sampleGame, team_a_odds: 2 + version / 1e6, league: "" };
  return { ...game, league: "L".repeat(bytes - renderSigned(game).length) };
}

/** What it costs one with nobody to send it to, where so many hand updates in at once. */
async function measureIntake(side: Side, callers: number): Promise<Intake> {
  const [before, start] = [cpuSeconds(side.pid), performance.now()];
  let left = intakes;
  await Promise.all(Array.from({ length: callers }, async () => {
    while (left > 0) {
      left -= 1;
      await handIn(side);
    }
  }));
  const seconds = (performance.now() - start) / 1000;
  return { cost: 1e6 * (cpuSeconds(side.pid) - before) / intakes, rate: intakes / seconds };
}

async function handIn({ target: { url, headers }, body }: Side): Promise<void> {
  const answer = await fetch(url, { method: "POST", headers, body: body() });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`an update was refused: ${answer.status}`);
}
