import { renderSigned } from "../../lib/protocol/mod.ts";
import { Helper } from "./child.ts";
import type { BenchContext, BenchResult } from "./context.ts";
import type { Broadcasting, Delivered, Target } from "./fleet.ts";
import { sampleGame } from "./miners.ts";
import { cpuSeconds, hasProcessStats } from "./process_stats.ts";
import { BenchServer } from "./server.ts";
import { median } from "../../lib/telemetry/mod.ts";

const connections = 1000;
const gameBytes = 512;
const rounds = 10;
/** Updates of which it is measured what taking them in costs: Linux counts processor time in steps of 10 ms. */
const intakes = 500;
/** How many hand updates in at once, where several do. */
const callers = 16;
const goal = 1.05;
const intakeGoal = 800;
const rateGoal = 2000;

/** One kind of server, once with all the clients and once with none, and what it is asked to send. */
interface Side {
  readonly pid: number;
  readonly alonePid: number;
  readonly fleet: Helper;
  readonly targets: Required<Omit<Broadcasting, "bodies">>;
  body(): string;
}

/** Microseconds of the CPU of each server. */
interface Costs {
  readonly ours: number;
  readonly bare: number;
}

/** What taking updates in costs, and how many a second there were. */
interface Intake {
  readonly cost: number;
  readonly rate: number;
}

/** Server CPU per delivered update at 1,000 connections, beside a bare loop over `Deno.upgradeWebSocket`. */
export async function fanout({ seconds, tell }: BenchContext): Promise<BenchResult> {
  if (!hasProcessStats) return { figures: [], notes: ["fanout: on Linux only, where /proc tells CPU times"] };
  await using stack = new AsyncDisposableStack();
  tell(`fanout: connecting ${connections} clients to each of two servers`);
  const ours = await heliographSide(stack);
  const { frameBytes } = await broadcast(ours, 50);
  const bare = await bareSide(stack, frameBytes);
  await broadcast(bare, 50);
  const updates = await updatesFor(ours, 2 * seconds / rounds);
  tell(`fanout: ${intakes} updates to a server without clients, of each kind`);
  const [bareAlone, alone, together] = [
    await measureIntake(bare, 1),
    await measureIntake(ours, 1),
    await measureIntake(ours, callers),
  ];
  const intake = { bare: bareAlone.cost, ours: alone.cost };
  const deliveries: Costs[] = [];
  for (let round = 1; round <= rounds; round++) {
    tell(`fanout: round ${round} of ${rounds}`);
    const sent = { bare: await measure(bare, updates), ours: await measure(ours, updates) };
    deliveries.push({
      bare: (sent.bare - intake.bare) / connections,
      ours: (sent.ours - intake.ours) / connections,
    });
  }
  return report({ intake, together, deliveries }, { frameBytes, updates });
}

async function heliographSide(stack: AsyncDisposableStack): Promise<Side> {
  const server = stack.use(await BenchServer.start({ miners: connections }));
  const alone = stack.use(await BenchServer.start({ miners: connections }));
  const fleet = stack.use(Helper.start("fleet"));
  await fleet.ask("join", { url: server.ws, first: 0, count: connections, authenticate: true });
  let version = 0;
  return {
    pid: server.pid,
    alonePid: alone.pid,
    fleet,
    targets: { server: server.publishing, alone: alone.publishing },
    body: () => JSON.stringify({ games: [gameOfSize(gameBytes, version += 1)] }),
  };
}

async function bareSide(stack: AsyncDisposableStack, frameBytes: number): Promise<Side> {
  const server = stack.use(Helper.start("bare-server"));
  const alone = stack.use(Helper.start("bare-server"));
  const fleet = stack.use(Helper.start("fleet"));
  const target = await bareTarget(server);
  const url = target.url.replace("http", "ws");
  await fleet.ask("join", { url, first: 0, count: connections, authenticate: false });
  return {
    pid: server.pid,
    alonePid: alone.pid,
    fleet,
    targets: { server: target, alone: await bareTarget(alone) },
    body: () => "x".repeat(frameBytes),
  };
}

async function bareTarget(server: Helper): Promise<Target> {
  return { url: `http://127.0.0.1:${await server.ask<number>("port")}`, headers: {} };
}

/** A game whose signed text is of this size; another one for every version. */
function gameOfSize(bytes: number, version: number) {
  const game = { ...sampleGame, team_a_odds: 2 + version / 1e6, league: "" };
  return { ...game, league: "L".repeat(bytes - renderSigned(game).length) };
}

async function broadcast(side: Side, updates: number): Promise<Delivered> {
  const bodies = Array.from({ length: updates }, () => side.body());
  const delivered = await side.fleet.ask<Delivered>("broadcast", { ...side.targets, bodies });
  const expected = updates * connections;
  if (delivered.deliveries === expected) return delivered;
  throw new Error(`${delivered.deliveries} of ${expected} updates were delivered`);
}

/** How many updates take about so many seconds. */
async function updatesFor(side: Side, seconds: number): Promise<number> {
  const start = performance.now();
  await broadcast(side, 20);
  return Math.max(5, Math.round(20 * seconds / ((performance.now() - start) / 1000)));
}

/** What an update costs a server, with what is sent to its clients. */
async function measure(side: Side, updates: number): Promise<number> {
  const before = cpuSeconds(side.pid);
  await broadcast(side, updates);
  return 1e6 * (cpuSeconds(side.pid) - before) / updates;
}

/** What it costs one with nobody to send it to, where so many hand updates in at once. */
async function measureIntake(side: Side, callers: number): Promise<Intake> {
  const [before, start] = [cpuSeconds(side.alonePid), performance.now()];
  let left = intakes;
  await Promise.all(Array.from({ length: callers }, async () => {
    while (left > 0) {
      left -= 1;
      await handIn(side);
    }
  }));
  const seconds = (performance.now() - start) / 1000;
  return { cost: 1e6 * (cpuSeconds(side.alonePid) - before) / intakes, rate: intakes / seconds };
}

async function handIn({ targets: { alone: { url, headers } }, body }: Side): Promise<void> {
  const answer = await fetch(url, { method: "POST", headers, body: body() });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`an update was refused: ${answer.status}`);
}

function report(
  { intake, together, deliveries }: { intake: Costs; together: Intake; deliveries: readonly Costs[] },
  { frameBytes, updates }: { frameBytes: number; updates: number },
): BenchResult {
  const ratio = median(deliveries.map(({ ours, bare }) => ours / bare));
  return {
    figures: [
      {
        name: "CPU per delivered update",
        value: median(deliveries.map(({ ours }) => ours)),
        unit: "µs",
        baseline: median(deliveries.map(({ bare }) => bare)),
        against: "bare Deno.upgradeWebSocket loop, frames of the same size",
        ratio,
        goal: "at most 1.05",
        reached: ratio <= goal,
      },
      {
        name: "CPU to take an update in",
        value: intake.ours,
        unit: "µs",
        baseline: intake.bare,
        against: "a request with the frame",
        goal: `at most ${intakeGoal}`,
        reached: intake.ours <= intakeGoal,
      },
      { name: `the same, ${callers} at once`, value: together.cost, unit: "µs" },
      {
        name: `updates taken in, ${callers} at once`,
        value: together.rate,
        unit: "/s",
        goal: `at least ${rateGoal}`,
        reached: together.rate >= rateGoal,
      },
    ],
    notes: [
      `fanout: games of ${gameBytes} bytes, signed frames of ${frameBytes}, ${connections} authenticated connections; ` +
      `medians of ${rounds} rounds of ${updates} updates by turns; every delivery counted; the cost of taking an ` +
      "update in comes from a server of the same kind without clients, and is not part of the cost per delivery",
    ],
  };
}
