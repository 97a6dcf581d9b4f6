import { readCommandLine, readVariables } from "./command_line.ts";
import { ConfigError } from "./errors.ts";
import { readConfigFile } from "./file.ts";
import { resolve, type Source } from "./resolve.ts";
import {
  type Config,
  configGrammar,
  type SettingName,
  settingNames,
  settingOf,
  settings,
} from "./settings.ts";

/** Where each value comes from: `default`, `flag --port`, `variable HELIOGRAPH_PORT`, `key port in FILE`. */
export type Origins = Readonly<Record<SettingName, string>>;

/** Where {@link loadConfig} looks. */
export interface ConfigSources {
  /** A command line, or what was read of one. */
  readonly flags: readonly string[] | Source;
  readonly env: Readonly<Record<string, string>>;
  readonly readFile: (path: string) => string;
}

/** Values with where they come from. */
export interface LoadedConfig {
  readonly config: Config;
  readonly origins: Origins;
  /** The file that was read; undefined where none is named. */
  readonly file: string | undefined;
}

function checkTogether(config: Config, origins: Origins): void {
  if ((config["tls.cert"] === undefined) !== (config["tls.key"] === undefined)) {
    const [set, missing] = config["tls.key"] === undefined
      ? ["tls.cert", "tls.key"] as const
      : ["tls.key", "tls.cert"] as const;
    throw new ConfigError(
      `Invalid ${set}: ${origins[set]} is set without ${missing}, expected both or neither`,
    );
  }
  const timeout = config["websocket.connection_timeout"];
  const interval = config["websocket.heartbeat_interval"];
  if (timeout > interval) return;
  const [timeoutOrigin, intervalOrigin] = [
    origins["websocket.connection_timeout"],
    origins["websocket.heartbeat_interval"],
  ];
  throw new ConfigError(
    `Invalid websocket.connection_timeout: ${timeout} s (${timeoutOrigin}), ` +
      `expected more than websocket.heartbeat_interval, which is ${interval} s (${intervalOrigin})`,
  );
}

function complete(sources: readonly Source[]): LoadedConfig {
  const { values, origins } = resolve(settings, sources);
  checkTogether(values, origins);
  return { config: values, origins, file: undefined };
}

/** Variables of other subcommands, and the one that names the program itself. */
const foreign = /^HELIOGRAPH_(?:MINER_|(?:API_KEY|BINARY)$)/;

/**
 * Reads the configuration: flags win over variables, those over the file, that over the defaults.
 * @throws {ConfigError} for an unknown name or an unusable value, with one line that says which, where and why
 */
export function loadConfig({ flags, env, readFile }: ConfigSources): LoadedConfig {
  const given = isSource(flags) ? flags : readCommandLine(flags, configGrammar).flags;
  const sources = [given, readVariables(env, configGrammar, (variable) => foreign.test(variable))];
  const named = sources.find((source) => source.has("config"))?.get("config");
  if (named === undefined) return complete(sources);
  return { ...complete([...sources, readConfigFile(named, readFile)]), file: String(named.raw) };
}

function isSource(flags: readonly string[] | Source): flags is Source {
  return !Array.isArray(flags);
}

/**
 * The defaults with `overrides`, for embedding and tests.
 * @throws {ConfigError} for a value that no flag could give either
 */
export function defaultConfig(overrides: Partial<Config> = {}): Config {
  const given = Object.entries(overrides).filter(([, raw]) => raw !== undefined)
    .map(([name, raw]) => [name, { raw, origin: "the given value" }] as const);
  return complete([new Map(given)]).config;
}

/** What becomes of a configuration that was read again. */
export interface Changes {
  /** What applies from now on. */
  readonly config: Config;
  /** Settings that are taken over while the server runs. */
  readonly taken: readonly SettingName[];
  /** Settings that are set to something else, which only a restart takes over. */
  readonly waiting: readonly SettingName[];
}

/** Compares what a server runs with and what its configuration says now. */
export function takeOver(running: Config, read: Config): Changes {
  const changed = settingNames.filter((name) => JSON.stringify(running[name]) !== JSON.stringify(read[name]));
  const taken = changed.filter((name) => settingOf(name).reread);
  const config = { ...running, ...Object.fromEntries(taken.map((name) => [name, read[name]])) };
  return { config, taken, waiting: changed.filter((name) => !taken.includes(name)) };
}
