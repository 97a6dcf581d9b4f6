import { ConfigError } from "../config/mod.ts";
import { cryptoReady, type Keypair, keypairFromSeed, parseKeyFile } from "../crypto/mod.ts";
import { systemClock } from "../protocol/mod.ts";
import type { Command } from "./command.ts";
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
import { type DoctorSettings, readDoctorSettings } from "./doctor/settings.ts";
import { TextReport } from "./doctor/text_report.ts";
import { UsageError } from "./keys/arguments.ts";
import { readText } from "./miner/files.ts";
import { processStdio, type Stdio, terminalColumns } from "./stdio.ts";
import { stopSignal } from "./stop_signal.ts";

/** What `--help` prints. */
export const usage = `Usage: heliograph doctor [URL] [--FLAG ...]
       heliograph doctor --local

Walks the troubleshooting guide against an endpoint, of a gateway or of anything else that speaks WebSocket or Socket.IO, and
says of each thing that is wrong what causes it and what mends it. Without a URL, the server that this machine's
configuration (HELIOGRAPH_HOST, HELIOGRAPH_PORT, --config) names.

  URL                 ws://, wss://, http:// or https://, or HOST:PORT
  --key=FILE          authenticates with a miner's key: by a signed heartbeat over HTTP, which disturbs nobody; where the
                      server has no such path, as a connection, which may end that of a miner with the same key
  --take_over         authenticates as a connection in any case
  --idle[=30,60]      holds silent connections for 30, 60, 100 and 300 s, or as given, to see what cuts them
  --ca=FILE           trusts the certificates in this PEM file too
  --skip=events,poll  leaves checks out: health, clock, heartbeat, size, events, poll, machine
  --json              prints one JSON object
  --fast              asks for the health alone and says nothing when it is good, for health checks
  --local             looks at this machine instead, as the host of a running server
  --findings          prints all that can be found, with cause and fix, as Markdown or with --json
  --config=FILE       the configuration file of the server on this machine

Exit code 0: nothing wrong; 1: findings; 2: not reachable, or wrong usage; 130: interrupted.
`;

/** What the command gets from around it; tests hand in their own. */
export interface DoctorSurroundings extends Surroundings, ConfigSurroundings {
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
  const { stdio, signal } = surroundings;
  if (args.includes("--help")) {
    await stdio.print(usage);
    return 0;
  }
  try {
    return await examine(readDoctorSettings(args, surroundings), surroundings);
  } catch (error) {
    if (signal.aborted) return 130;
    const wrong = error instanceof UsageError;
    if (!wrong && !(error instanceof ConfigError) && !(error instanceof FileError)) throw error;
    await stdio.complain(`${error.message}${wrong ? '. "heliograph doctor --help" says more' : ""}\n`);
    return 2;
  }
}

/** A file that was named and cannot be used. */
class FileError extends Error {
  override readonly name = "FileError";
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
    if (code !== 0) await surroundings.stdio.complain(`${complaint}\n`);
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
  try {
    return keypairFromSeed(parseKeyFile(text));
  } catch (error) {
    throw new FileError((error as Error).message, { cause: error });
  }
}

async function fileText(what: string, path: string): Promise<string> {
  try {
    return await readText(what, path);
  } catch (error) {
    throw new FileError((error as Error).message, { cause: error });
  }
}
