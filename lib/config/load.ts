import { parse } from "@std/yaml";
import { readCommandLine, readVariables } from "./command_line.ts";
import { ConfigError, oneLine, unknownName } from "./errors.ts";
import { type Given, namedBy, resolve, type Source } from "./option.ts";
import {
  catalogue,
  type Config,
  configGrammar,
  isSetting,
  type SettingName,
  settingNames,
  settingOf,
  settings,
} from "./settings.ts";

/** Where each value comes from: `default`, `flag --port`, `variable HELIOGRAPH_PORT`, `key port in FILE`. */
type Origins = Readonly<Record<SettingName, string>>;

/** Of each configuration that was read. */
const known = new WeakMap<Config, Origins>();

/** Where a value of a configuration comes from, as {@link Origins} says it. */
export function originOf(config: Config, name: SettingName): string {
  return known.get(config)?.[name] ?? "default";
}

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
  const hasKey = config["streams.token_key"] !== undefined || config["streams.token_key_file"] !== undefined;
  if (config["streams.private"].length > 0 && !hasKey) {
    throw new ConfigError(
      `Invalid streams.private: ${origins["streams.private"]} is set without a key for tokens, ` +
        "expected streams.token_key or streams.token_key_file",
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
  known.set(values, origins);
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
interface Changes {
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

/** The first line alone: the others of a syntax error quote the file, which may hold a secret. So no cause either. */
function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return oneLine(text.split("\n", 1)[0] ?? "", 200).replace(/[:.\s]+$/, "");
}

function attempt<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new ConfigError(`${what}: ${firstLine(cause)}`);
  }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** The settings of a YAML file, whose keys are nested (`tls: {cert: ...}`) or dotted (`tls.cert: ...`). */
class FileReader {
  readonly given = new Map<SettingName, Given>();

  constructor(readonly path: string) {}

  read(content: Record<string, unknown>, prefix = ""): void {
    for (const [key, value] of Object.entries(content)) this.#take(`${prefix}${key}`, value);
  }

  #take(name: string, raw: unknown): void {
    const origin = `key ${oneLine(name)} in ${oneLine(this.path)}`;
    const section = settingNames.find((known) => known.startsWith(`${name}.`));
    const setting = namedBy(name, settings);
    const isSection = section !== undefined && isMapping(raw);
    if (setting !== undefined && isSetting(setting) && !isSection) return this.#set(setting, { raw, origin });
    if (section === undefined) {
      throw new ConfigError(unknownName(origin, name, settingNames, String, catalogue));
    }
    if (isMapping(raw)) return this.read(raw, `${name}.`);
    if (raw !== null) {
      throw new ConfigError(`${origin} is not a section: expected keys in it, such as ${section}`);
    }
  }

  #set(name: SettingName, given: Given): void {
    if (this.given.has(name)) throw new ConfigError(`${given.origin} is given twice`);
    if (given.raw !== null) this.given.set(name, given);
  }
}

/** Reads the file that `named` tells of; a key without a value counts as not set. */
function readConfigFile(named: Given, readFile: (path: string) => string): Source {
  const path = String(named.raw);
  const content = attempt(`${named.origin}: cannot read ${oneLine(path)}`, () => readFile(path));
  const parsed: unknown = attempt(`Cannot parse ${oneLine(path)} as YAML`, () => parse(content));
  const reader = new FileReader(path);
  if (isMapping(parsed)) reader.read(parsed);
  else if (parsed !== null && parsed !== undefined) {
    throw new ConfigError(`Cannot use ${oneLine(path)}: expected settings as "name: value"`);
  }
  return reader.given;
}
