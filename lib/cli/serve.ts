import {
  type Config,
  configGrammar,
  type ConfigSources,
  loadConfig,
  readCommandLine,
  showSetting,
  takeOver,
} from "../config/mod.ts";
import { type CreateApp, createGateway, type Gateway, listen, type Listening } from "../gateway/mod.ts";
import { checkSevering } from "../hub/mod.ts";
import { configureLogging, flushLogs, logger, loggingTo, Throttle } from "../telemetry/mod.ts";
import { type Command, runFramed, type Usage } from "./command.ts";
import { giveUpNeverNeeded, keepNeeded } from "./permissions.ts";
import { processStdio, tellSync } from "./stdio.ts";
import { aborted, stopSignal } from "./stop_signal.ts";
import { callOf, version } from "./this_program.ts";

const logs = { reload: logger("reload"), process: logger("process") };

/** How it is called. */
export const usage = {
  ...configGrammar,
  name: "serve",
  synopsis: ["serve [--SETTING=VALUE ...]"],
  alsoKnown: ["version"],
  about:
    "Starts the gateway. Every setting is a flag, a variable HELIOGRAPH_SETTING, and a key of a YAML file " +
    "(--config=FILE); heliograph config example prints one. SIGINT or SIGTERM drains and stops it, a second one " +
    "ends it at once. SIGHUP reads again what can be read again: the settings of the file that say so, the metagraph, " +
    "the certificate; on a terminal, which is gone then, it stops it like SIGTERM.",
  examples: [
    "heliograph serve --host=0.0.0.0 --metagraph=metagraph.json",
    "heliograph serve --config=heliograph.yaml --rpc_url=http://127.0.0.1:9933",
  ],
} satisfies Usage;

/** `heliograph serve`. */
export const run: Command = async (args, createApp) =>
  await runFramed(usage, args, { stdio: processStdio }, async () => {
    const { flags } = readCommandLine(args, usage);
    const sources = { flags, env: Deno.env.toObject(), readFile: Deno.readTextFileSync };
    await serve(sources, createApp);
    return 0;
  });

async function serve(sources: ConfigSources, createApp: CreateApp): Promise<void> {
  const { config, file } = loadConfig(sources);
  configureLogging(loggingTo(Deno.stderr, config));
  // Before anybody can know that there is something to stop.
  const stop = stopSignal({ hangup: !rereadsAtHangup() });
  const hangups = new Hangups(config, () => loadConfig(sources).config);
  giveUpNeverNeeded(config);
  const gateway = await createGateway(config);
  const listening = await listenOrStop(gateway, createApp);
  outliveFaults(gateway);
  hangups.rereadFiles = () => listening.reread();
  await processStdio.print(banner(gateway, listening));
  keepNeeded(config, file);
  checkSevering();
  await aborted(stop.signal);
  tellSync(
    Deno.stdout,
    `Stopping, within ${config["shutdown_timeout"]} s; a second signal ends it at once\n`,
  );
  await listening.stop();
  flushLogs();
}

async function listenOrStop(gateway: Gateway, createApp: CreateApp): Promise<Listening> {
  try {
    return listen(gateway, createApp);
  } catch (error) {
    await gateway.stop();
    throw error;
  }
}

function banner({ config, keyIsNew, validator, streams }: Gateway, { url, adminUrl }: Listening): string {
  const next = config["admin_token"] === undefined && config["metagraph"] === undefined
    ? "no miner is registered: set HELIOGRAPH_ADMIN_TOKEN or --metagraph=FILE; see it work: " +
      callOf("demo")
    : `curl ${adminUrl}/ws/health`;
  const rows = [
    ["dashboard", url],
    ["miners", `${url.replace("http", "ws")}/ws`],
    [
      "streams",
      `${url.replace("http", "ws")}/ws/stream${
        streams.simulated ? "  (simulated data; --rpc_url names a node)" : ""
      }`,
    ],
    ["HTTP", `${url}/api/v1`],
    ["health", `${adminUrl}/ws/health`],
    ...adminUrl === url ? [] : [["operators", `${adminUrl}/admin`]],
    ["validator", validator.address],
    ["key", `${absolute(config["validator_key"])}${keyIsNew ? "  (made just now)" : ""}`],
    ["store", absolute(showSetting(config, "store") ?? "")],
    ["next", next],
  ];
  return `Heliograph ${version}\n${rows.map(([name, text]) => `  ${name?.padEnd(10)} ${text}\n`).join("")}`;
}

/** A path as it is found from anywhere; what is no path stays as it is. */
function absolute(path: string): string {
  const isAbsolute = /^(?:[/\\:]|[A-Za-z]:|\w+:\/\/)/.test(path);
  return isAbsolute ? path : `${Deno.cwd()}/${path}`;
}

/** Whether a hangup asks for what can be read again. On a terminal it says that the terminal is gone, and Windows has none. */
function rereadsAtHangup(): boolean {
  return Deno.build.os !== "windows" && !Deno.stderr.isTerminal();
}

/** Reads again at SIGHUP, which would end the process by itself, what can be read again while it serves. */
class Hangups {
  #running: Config;
  readonly #load: () => Config;
  /** Has the files read again that the server keeps an eye on. */
  rereadFiles: () => void = () => {};

  /** `load` reads the configuration as the start did. */
  constructor(running: Config, load: () => Config) {
    this.#running = running;
    this.#load = load;
    if (rereadsAtHangup()) Deno.addSignalListener("SIGHUP", () => this.#reread());
  }

  #reread(): void {
    this.rereadFiles();
    try {
      const { config, taken, waiting } = takeOver(this.#running, this.#load());
      this.#running = config;
      if (taken.length > 0) configureLogging(loggingTo(Deno.stderr, config));
      logs.reload.info(
        "Read the configuration again; taken over: {taken}; only a restart takes over: {waiting}",
        {
          taken: listed(taken),
          waiting: listed(waiting),
        },
      );
    } catch (error) {
      logs.reload.error("The configuration stays as it was: {message}", {
        message: (error as Error).message,
      });
    }
  }
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : names.join(", ");
}

/**
 * Keeps the process, from now on, where nothing has handled an error or a rejection: both are logged, at most once in ten
 * seconds each, and counted. Everything has a handler of its own; this is for what was forgotten, which must not be a way to
 * take the service from everybody.
 */
function outliveFaults({ activity, clock }: Gateway): void {
  const warnings = new Throttle({ clock });
  const outlive = (event: Event, kind: string, error: unknown) => {
    event.preventDefault();
    activity.unhandledFaults += 1;
    warnings.error(logs.process, kind, "Fault that nothing handled, {kind}: {error}", { kind, error });
  };
  globalThis.addEventListener("unhandledrejection", (event) => outlive(event, "rejection", event.reason));
  globalThis.addEventListener("error", (event) => outlive(event, "error", event.error ?? event.message));
}
