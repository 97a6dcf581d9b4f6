import type { BenchContext, BenchResult, Scenario } from "./context.ts";
import { endAll } from "./child.ts";
import { fanout } from "./fanout.ts";
import { describeBaselines, formatTable } from "./figure.ts";
import { http } from "./http.ts";
import { memory } from "./memory.ts";
import { predictions } from "./predictions.ts";
import { Progress } from "./progress.ts";
import { roles } from "./roles.ts";
import { type BenchSettings, readBenchSettings, type ScenarioName } from "./settings.ts";
import { start } from "./start.ts";
import { streams } from "./streams.ts";
import { processStdio, type Stdio } from "../../lib/cli/stdio.ts";
import { stopSignal } from "../../lib/cli/stop_signal.ts";
import { createApp } from "../../routes/mod.ts";

/** What `--help` prints. */
export const usage =
  `Usage: deno task bench [predictions|fanout|streams|http|memory|start ...] [--json] [--seconds=8] [--subscribers=1000]

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

/** Measures what this machine does; answers the exit code. */
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

if (import.meta.main) {
  const role = roles.get(Deno.args[0] ?? "");
  if (role === undefined) Deno.exit(await runBench(Deno.args, processStdio));
  await role(createApp);
  Deno.exit(0);
}
