import { end, programCommand, spawn } from "./child.ts";
import { type BenchContext, type BenchResult, pause } from "./context.ts";
import { median } from "../../lib/telemetry/mod.ts";

/** How often each program is started, by turns. */
const rounds = 15;
const patience = 10_000;
/** Milliseconds, for a binary. */
const goal = 200;
/** Seconds between two questions whether it is there. */
const step = 0.002;

const bareProgram = 'Deno.serve({ port: Number(Deno.args[0]), onListen() {} }, () => new Response("ok"));\n';

/** A program that listens on a port of the caller's choice. */
interface Starter {
  readonly file: string;
  readonly args: (port: number, folder: string) => string[];
}

/** Milliseconds from the start of the process to a healthy answer, beside a bare server in the same run. */
export async function start({ signal, tell }: BenchContext): Promise<BenchResult> {
  const folder = await Deno.makeTempDir({ prefix: "heliograph-bench-" });
  try {
    const binary = Deno.env.get("HELIOGRAPH_BINARY");
    const starters = [gateway(binary), await bare(folder)];
    const times: number[][] = [[], []];
    for (let round = 0; round < rounds; round++) {
      tell(`start: round ${round + 1} of ${rounds}`);
      for (const [index, starter] of starters.entries()) {
        times[index]?.push(await timeStart(starter, `${folder}/${round}`, signal));
      }
    }
    const [value = NaN, baseline = NaN] = times.map(median);
    return report(value, baseline, binary);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function gateway(binary: string | undefined): Starter {
  const serve = (port: number, folder: string) => [
    "serve",
    `--port=${port}`,
    `--store=${folder}/store.db`,
    `--validator_key=${folder}/validator.key`,
  ];
  const { file, args } = programCommand([]);
  if (binary !== undefined) return { file: binary, args: serve };
  return { file, args: (port, folder) => [...args, ...serve(port, folder)] };
}

async function bare(folder: string): Promise<Starter> {
  const module = `${folder}/bare.ts`;
  await Deno.writeTextFile(module, bareProgram);
  return { file: Deno.execPath(), args: (port) => ["run", "--quiet", "--allow-net", module, `${port}`] };
}

async function timeStart({ file, args }: Starter, folder: string, signal: AbortSignal): Promise<number> {
  await Deno.mkdir(folder, { recursive: true });
  const port = freePort();
  const variables = Object.entries(Deno.env.toObject()).filter(([name]) => !name.startsWith("HELIOGRAPH_"));
  const options = { clearEnv: true, env: Object.fromEntries(variables), stdin: "null" } as const;
  const began = performance.now();
  const child = spawn(file, { ...options, args: args(port, folder), stdout: "null", stderr: "null" });
  try {
    while (!await isHealthy(port)) {
      if (performance.now() - began > patience) {
        throw new Error(`${file} did not answer within ${patience} ms`);
      }
      await pause(step, signal);
    }
    return performance.now() - began;
  } finally {
    await end(child);
  }
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/ws/health`);
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    // Nobody listens yet.
    return false;
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function report(value: number, baseline: number, binary: string | undefined): BenchResult {
  const what = binary === undefined
    ? "from its sources; HELIOGRAPH_BINARY names a binary to start in their place"
    : `the binary ${binary}`;
  return {
    figures: [{
      name: "start to a healthy answer",
      value,
      unit: "ms",
      baseline,
      against: "deno run of a server that does nothing else",
      ratio: value / baseline,
      ...binary === undefined ? {} : { goal: `under ${goal} ms`, reached: value < goal },
    }],
    notes: [`start: median of ${rounds} starts each, by turns, with a new store; ${what}`],
  };
}
