import { cryptoReady, type Keypair, keypairFromSeed, parseKeyFile } from "../crypto/mod.ts";
import { systemClock } from "../protocol/mod.ts";
import { escapeControls } from "../telemetry/mod.ts";
import { type Command, Failure, runFramed } from "./command.ts";
import type { ConfigSurroundings } from "./config.ts";
import {
  type Context,
  describeFindings,
  endpointChecks,
  examineHealth,
  exitCodeOf,
  listFindings,
  localChecks,
  type Reporter,
  type Surroundings,
  systemHost,
  systemNetwork,
  walk,
} from "../doctor/mod.ts";
import { JsonReport } from "./doctor/json_report.ts";
import { type DoctorSettings, readDoctorSettings, usage } from "./doctor/settings.ts";
import { TextReport } from "./doctor/text_report.ts";
import { readText } from "./files.ts";
import { processStdio, type Stdio, terminalColumns } from "./stdio.ts";
import { stopSignal } from "./stop_signal.ts";

export { usage };

const interrupted = 130;

/** What the command gets from around it; tests hand in their own. */
interface DoctorSurroundings extends Surroundings, ConfigSurroundings {
  readonly stdio: Stdio;
  /** How wide the terminal is; undefined: there is none. */
  readonly columns: (() => number) | undefined;
}

/** `heliograph doctor`. */
export const run: Command = async (args) => {
  const { signal, release } = stopSignal();
  try {
    return await runDoctor(args, {
      clock: systemClock,
      stopwatch: () => performance.now(),
      network: systemNetwork,
      host: systemHost,
      signal,
      env: Deno.env.toObject(),
      readFile: Deno.readTextFileSync,
      stdio: processStdio,
      columns: Deno.stdout.isTerminal() ? terminalColumns : undefined,
    });
  } finally {
    release();
  }
};

/** {@link run} with surroundings of the caller's choice. */
export async function runDoctor(args: readonly string[], surroundings: DoctorSurroundings): Promise<number> {
  return await runFramed(usage, args, surroundings, async () => {
    const settings = readDoctorSettings(args, surroundings);
    try {
      return await examine(settings, surroundings);
    } catch (error) {
      if (surroundings.signal.aborted) return interrupted;
      throw error;
    }
  });
}

async function examine(settings: DoctorSettings, surroundings: DoctorSurroundings): Promise<number> {
  const { mode, target, json, config } = settings;
  if (mode === "findings") {
    await surroundings.stdio.print(json ? listFindings() : describeFindings());
    return 0;
  }
  const reporter: Reporter = json ? new JsonReport(surroundings.stdio) : textReport(surroundings);
  const context: Context = {
    ...surroundings,
    target,
    keypair: await readKey(settings.keyFile),
    ca: settings.caFile === undefined ? undefined : await fileText("certificate", settings.caFile),
    idle: settings.idle,
    takeOver: settings.takeOver,
    known: { base: target.base, skews: [] },
    tell: (progress) => reporter.tells(progress),
  };
  if (mode === "fast") {
    const { code, complaint } = await examineHealth(context);
    if (code !== 0) await surroundings.stdio.complain(`${escapeControls(complaint)}\n`);
    return code;
  }
  if (mode === "local" && config !== undefined) {
    const subject = `this machine, as the host of ${target.shown}`;
    return exitCodeOf(await walk(subject, localChecks(config), context, reporter));
  }
  const checks = endpointChecks.filter(({ id }) => !settings.skip.includes(id));
  return exitCodeOf(await walk(target.shown, checks, context, reporter));
}

function textReport(surroundings: DoctorSurroundings): Reporter {
  const { columns, env } = surroundings;
  return new TextReport({ ...surroundings, colours: columns !== undefined && !env["NO_COLOR"] });
}

async function readKey(path: string | undefined): Promise<Keypair | undefined> {
  if (path === undefined) return undefined;
  const text = await fileText("key", path);
  await cryptoReady();
  return await usable(() => keypairFromSeed(parseKeyFile(text)));
}

async function fileText(what: string, path: string): Promise<string> {
  return await usable(() => readText(what, path));
}

/** A file that was named and cannot be used is wrong usage. */
async function usable<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new Failure((cause as Error).message, 2, { cause });
  }
}
