import type { BenchContext, BenchResult, Scenario } from "./bench/context.ts";
import { endAll, requireProcesses } from "./bench/child.ts";
import { fanout } from "./bench/fanout.ts";
import { describeBaselines, formatTable } from "./bench/figure.ts";
import { http } from "./bench/http.ts";
import { memory } from "./bench/memory.ts";
import { predictions } from "./bench/predictions.ts";
import { Progress } from "./bench/progress.ts";
import { roles } from "./bench/roles.ts";
import { type BenchSettings, readBenchSettings, type ScenarioName } from "./bench/settings.ts";
import { start } from "./bench/start.ts";
import { streams } from "./bench/streams.ts";
import type { Command } from "./command.ts";
import { processStdio, type Stdio } from "./stdio.ts";
import { stopSignal } from "./stop_signal.ts";

/** What `--help` prints. */
export const usage =
  `Usage: heliograph bench [predictions|fanout|streams|http|memory|start ...] [--json] [--seconds=8] [--subscribers=1000]

Measures this machine, with a server of its own and everything it is held against in the same run; all six take under five
minutes. --seconds is how long one measurement goes on, --json prints what was measured as a JSON object, --subscribers
is how many clients of each kind the streams have.

  predictions  verified, stored and confirmed per second, beside what the cores can verify and sign; latency
  fanout       the server's CPU per delivered game update at 1,000 connections, beside a bare loop
  streams      CPU and bytes per message to 1,000 subscribers, plain, batched and deflated, beside a bare loop
  http         the same work over WebSocket, with HTTP as the baseline: latency, throughput, CPU, bytes
  memory       of an idle connection, beside a bare server; CPU with 1,000 idle connections
  start        from the start of the process to a healthy answer, beside a bare server
`;

const scenarios: Record<ScenarioName, Scenario> = { predictions, fanout, streams, http, memory, start };

/** `heliograph bench`: measures what this machine does. */
export const run: Command = async (args, createApp) => {
  const role = roles.get(args[0] ?? "");
  if (role === undefined) return await runBench(args, processStdio);
  await role(createApp);
  return 0;
};

/** {@link run} on streams of the caller's choice. */
export async function runBench(args: string[], stdio: Stdio): Promise<number> {
  if (args.includes("--help")) {
    await stdio.print(usage);
    return 0;
  }
  const settings = readBenchSettings(args);
  if (typeof settings === "string") {
    await stdio.complain(`${settings}\n\n${usage}`);
    return 2;
  }
  const { signal, release } = stopSignal();
  signal.addEventListener("abort", endAll);
  const progress = new Progress(Deno.stderr);
  try {
    const result = await measure(settings, signal, progress);
    progress.clear();
    await stdio.print(settings.json ? asJson(result) : asText(result));
    return 0;
  } catch (error) {
    progress.clear();
    if (signal.aborted) return 130;
    await stdio.complain(`${(error as Error).message}\n`);
    return 1;
  } finally {
    release();
  }
}

async function measure(
  { scenarios: names, seconds, subscribers }: BenchSettings,
  signal: AbortSignal,
  progress: Progress,
): Promise<BenchResult> {
  const context: BenchContext = { seconds, subscribers, signal, tell: (text) => progress.tell(text) };
  requireProcesses();
  const results: BenchResult[] = [];
  for (const name of names) results.push(await scenarios[name](context));
  return {
    figures: results.flatMap(({ figures }) => figures),
    notes: results.flatMap(({ notes }) => notes),
  };
}

const machine = `${navigator.hardwareConcurrency} cores, Deno ${Deno.version.deno}, ${Deno.build.target}`;

function asText({ figures, notes }: BenchResult): string {
  const about = [machine, ...describeBaselines(figures), ...notes].map((note) => `${note}\n`).join("");
  return `${formatTable(figures)}\n${about}`;
}

function asJson({ figures, notes }: BenchResult): string {
  return `${JSON.stringify({ machine, figures, notes }, null, 2)}\n`;
}
