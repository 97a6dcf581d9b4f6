import type { BenchContext, BenchResult } from "./context.ts";
import { pause } from "./context.ts";
import { Helper } from "./child.ts";
import { cpuSeconds, hasProcessStats, openFileLimit, residentBytes } from "./process_stats.ts";
import { BenchServer } from "./server.ts";

const first = 1000;
const most = 5000;
const settling = 3;
/** Seconds: the interval of heartbeats, so that every connection gets one and answers it. */
const idling = 60;
const goals = { extraBytes: 3 * 1024, idleShare: 0.01 } as const;

interface Target {
  readonly pid: number;
  readonly url: string;
  readonly authenticate: boolean;
}

/** Memory per idle connection beside a bare server, and CPU while 1,000 connections are idle. */
export async function memory({ signal, tell }: BenchContext): Promise<BenchResult> {
  if (!hasProcessStats) {
    return { figures: [], notes: ["memory: measured on Linux only, where /proc tells it"] };
  }
  const connections = Math.min(most, openFileLimit() - 500);
  await using bare = Helper.start("bare-server");
  const bareTarget = { pid: bare.pid, url: `ws://127.0.0.1:${await bare.ask("port")}`, authenticate: false };
  tell(`memory: ${connections} connections to a bare server`);
  const baseline = await growth(bareTarget, connections, async () => {});
  await using server = await BenchServer.start({ miners: connections });
  const target = { pid: server.pid, url: server.ws, authenticate: true };
  tell(`memory: ${connections} connections to Heliograph`);
  let idleShare = NaN;
  const value = await growth(target, connections, async () => {
    tell(`memory: ${first} idle connections for ${idling} s`);
    const before = cpuSeconds(server.pid);
    await pause(idling, signal);
    idleShare = (cpuSeconds(server.pid) - before) / idling;
    tell(`memory: ${connections} connections to Heliograph`);
  });
  return report({ value, baseline, idleShare, connections });
}

/** Bytes of resident memory per connection, beyond the first ones, for which the program itself still grows. */
async function growth(
  { pid, url, authenticate }: Target,
  connections: number,
  meanwhile: () => Promise<void>,
) {
  await using fleet = Helper.start("fleet");
  await fleet.ask("join", { url, first: 0, count: first, authenticate });
  await pause(settling);
  await meanwhile();
  const before = residentBytes(pid);
  await fleet.ask("join", { url, first, count: connections - first, authenticate });
  await pause(settling);
  return (residentBytes(pid) - before) / (connections - first);
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
        goal: "under 1 %",
        reached: idleShare < goals.idleShare,
      },
    ],
    notes: [
      `resident memory from ${first} to ${connections} authenticated connections; CPU of one core over ${idling} s, ` +
      "in which every connection is sent a heartbeat and answers it, signed",
    ],
  };
}
