import { collectGarbage, Helper } from "./child.ts";
import { type BenchContext, type BenchResult, pause } from "./context.ts";
import type { Joining } from "./fleet.ts";
import { cpuSeconds, hasProcessStats, openFileLimit, residentBytes } from "./process_stats.ts";
import { BenchServer, type ServerOptions } from "./server.ts";

const first = 1000;
const most = 5000;
/** Seconds for which a server is idle before it is measured what it takes. */
const settling = 35;
/** Seconds in which garbage is collected again and again; some of it goes only when what held it has gone. */
const collecting = 12;
/** Seconds: the interval of heartbeats and a little more, so that every connection gets one and answers it. */
const idling = 62;
const goals = { extraBytes: 3 * 1024, idleShare: 0.008 } as const;

/** A server, and the clients that connect to it. */
interface Side {
  readonly pid: number;
  readonly fleet: Helper;
  readonly joining: Pick<Joining, "url" | "authenticate">;
}

/** Memory per idle connection beside a bare server, and CPU while 1,000 connections are idle. */
export async function memory({ signal, tell }: BenchContext): Promise<BenchResult> {
  if (!hasProcessStats) return { figures: [], notes: ["memory: on Linux only, where /proc tells it"] };
  const connections = Math.min(most, openFileLimit() - 500);
  await using stack = new AsyncDisposableStack();
  const sides = [await heliographSide(stack, { miners: connections, collects: true }), await bareSide(stack)];
  // Side by side, since both mostly wait.
  const [idleShare, [value = NaN, baseline = NaN]] = await Promise.all([
    idleCpu(await heliographSide(stack, { miners: first }), signal),
    growth(sides, connections, { signal, tell }),
  ]);
  return report({ value, baseline, idleShare, connections });
}

/** Bytes of resident memory per connection, beyond the first ones, for which the programs themselves still grow. */
async function growth(
  sides: readonly Side[],
  connections: number,
  { signal, tell }: Pick<BenchContext, "signal" | "tell">,
): Promise<number[]> {
  const grow = async (from: number, to: number) => {
    tell(`memory: connecting ${to - from} clients to each of two servers`);
    await Promise.all(sides.map((side) => join(side, from, to - from)));
    tell(`memory: ${to} idle connections to each`);
    return await leastResident(sides, signal);
  };
  const before = await grow(0, first);
  const after = await grow(first, connections);
  tell(`memory: processor time of a third server with ${first} idle connections`);
  return after.map((bytes, side) => (bytes - (before[side] ?? NaN)) / (connections - first));
}

async function join({ fleet, joining }: Side, from: number, count: number): Promise<void> {
  await fleet.ask("join", { ...joining, first: from, count });
}

/** The share of one core that a server takes once the connections have settled. */
async function idleCpu(side: Side, signal: AbortSignal): Promise<number> {
  await join(side, 0, first);
  await pause(settling, signal);
  const before = cpuSeconds(side.pid);
  await pause(idling, signal);
  return (cpuSeconds(side.pid) - before) / idling;
}

async function heliographSide(stack: AsyncDisposableStack, options: ServerOptions): Promise<Side> {
  const server = stack.use(await BenchServer.start(options));
  const fleet = stack.use(Helper.start("fleet"));
  return { pid: server.pid, fleet, joining: { url: server.ws, authenticate: true } };
}

async function bareSide(stack: AsyncDisposableStack): Promise<Side> {
  const server = stack.use(Helper.start("bare-server", { collects: true }));
  const fleet = stack.use(Helper.start("fleet"));
  const url = `ws://127.0.0.1:${await server.ask<number>("port")}`;
  return { pid: server.pid, fleet, joining: { url, authenticate: false } };
}

/** Resident memory of each server once its garbage is collected, in bytes. */
async function leastResident(sides: readonly Side[], signal: AbortSignal): Promise<number[]> {
  const least = sides.map(() => Infinity);
  for (let second = 0; second < collecting; second++) {
    for (const { pid } of sides) collectGarbage(pid);
    await pause(1, signal);
    sides.forEach(({ pid }, side) => least[side] = Math.min(least[side] ?? Infinity, residentBytes(pid)));
  }
  return least;
}

function report(
  measured: { value: number; baseline: number; idleShare: number; connections: number },
): BenchResult {
  const { value, baseline, idleShare, connections } = measured;
  return {
    figures: [
      {
        name: "memory per idle connection",
        value: value / 1024,
        unit: "KB",
        baseline: baseline / 1024,
        against: "bare Deno server",
        ratio: value / baseline,
        goal: "baseline + 3 KB",
        reached: value <= baseline + goals.extraBytes,
      },
      {
        name: "CPU, 1,000 connections idle",
        value: 100 * idleShare,
        unit: "%",
        goal: "under 0.8 %",
        reached: idleShare < goals.idleShare,
      },
    ],
    notes: [
      `memory: growth of resident memory from ${first} to ${connections} authenticated connections, ` +
      `garbage collected; CPU of one core over ${idling} s, in which every connection is sent a heartbeat ` +
      "and answers it, signed",
    ],
  };
}
