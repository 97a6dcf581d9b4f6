import { ConfigError, quoted } from "./errors.ts";
import { readConfigFile } from "./file.ts";
import { type Config, type SettingName, settingNames, settingOf } from "./settings.ts";
import { type Given, readFlags, readVariables } from "./sources.ts";

/** Where each value comes from: `default`, `flag --port`, `variable HELIOGRAPH_PORT`, `key port in FILE`. */
export type Origins = Readonly<Record<SettingName, string>>;

/** Where {@link loadConfig} looks. */
export interface ConfigSources {
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly readFile: (path: string) => string;
}

/** Values with where they come from. */
export interface LoadedConfig {
  readonly config: Config;
  readonly origins: Origins;
}

function check(name: SettingName, { raw, origin }: Given): unknown {
  const { kind, secret } = settingOf(name);
  const value = kind.read(raw);
  if (value !== undefined) return value;
  const got = secret ? "***" : quoted(raw);
  throw new ConfigError(`Invalid ${name}: ${origin} is ${got}, expected ${kind.allowed}`);
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

function complete(given: (name: SettingName) => Given | undefined): LoadedConfig {
  const values: Partial<Record<SettingName, unknown>> = {};
  const origins: Partial<Record<SettingName, string>> = {};
  for (const name of settingNames) {
    const found = given(name);
    values[name] = found === undefined ? settingOf(name).fallback() : check(name, found);
    origins[name] = found?.origin ?? "default";
  }
  // The loop above goes over every name, which the compiler cannot see.
  const loaded = { config: Object.freeze(values) as Config, origins: Object.freeze(origins) as Origins };
  checkTogether(loaded.config, loaded.origins);
  return loaded;
}

/**
 * Reads the configuration: flags win over variables, those over the file, that over the defaults.
 * @throws {ConfigError} for an unknown name or an unusable value, with one line that says which, where and why
 */
export function loadConfig({ flags, env, readFile }: ConfigSources): LoadedConfig {
  const sources = [readFlags(flags), readVariables(env)];
  const named = sources.find((source) => source.file !== undefined)?.file;
  if (named !== undefined) sources.push(readConfigFile(named, readFile));
  return complete((name) =>
    sources.map((source) => source.given.get(name)).find((given) => given !== undefined)
  );
}

/**
 * The defaults with `overrides`, for embedding and tests.
 * @throws {ConfigError} for a value that no flag could give either
 */
export function defaultConfig(overrides: Partial<Config> = {}): Config {
  const given = (name: SettingName) => {
    const raw = overrides[name];
    return raw === undefined ? undefined : { raw, origin: "the given value" };
  };
  return complete(given).config;
}
