import type { BenchContext, BenchResult, Scenario } from "./context.ts";
import { endAll } from "./child.ts";
import { cluster } from "./cluster.ts";
import { fanout } from "./fanout.ts";
import { describeBaselines, formatTable } from "./figure.ts";
import { http } from "./http.ts";
import { memory } from "./memory.ts";
import { predictions } from "./predictions.ts";
import { Progress } from "./progress.ts";
import { roles } from "./roles.ts";
import { type BenchSettings, readBenchSettings, type ScenarioName, usage } from "./settings.ts";
import { start } from "./start.ts";
import { streams } from "./streams.ts";
import { runFramed } from "../../lib/cli/command.ts";
import { processStdio, type Stdio } from "../../lib/cli/stdio.ts";
import { stopSignal } from "../../lib/cli/stop_signal.ts";
import { createApp } from "../../routes/mod.ts";

const scenarios: Record<ScenarioName, Scenario> = {
  predictions,
  fanout,
  streams,
  http,
  memory,
  start,
  cluster,
};

/** Measures what this machine does; answers the exit code. */
export async function runBench(args: string[], stdio: Stdio): Promise<number> {
  return await runFramed(usage, args, { stdio }, async () => {
    const settings = readBenchSettings(args);
    const { signal, release } = stopSignal();
    signal.addEventListener("abort", endAll);
    const progress = new Progress(Deno.stderr);
    try {
      const result = await measure(settings, signal, progress);
      progress.clear();
      await stdio.print(settings.json ? asJson(result) : asText(result));
      return 0;
    } catch (error) {
      if (signal.aborted) return 130;
      throw error;
    } finally {
      progress.clear();
      release();
    }
  });
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
