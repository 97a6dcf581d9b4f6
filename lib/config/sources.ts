import { ConfigError, oneLine, quoted, unknownName } from "./errors.ts";
import { isSetting, type SettingName, settingNames, settingOf, variableOf } from "./settings.ts";

/** A value that somebody set, not checked yet, and who did: `flag --port`. */
export interface Given {
  readonly raw: unknown;
  readonly origin: string;
}

/** What one source sets, and the configuration file that it names. */
export interface Source {
  readonly given: ReadonlyMap<SettingName, Given>;
  readonly file?: Given;
}

const isSecret = (name: string) => isSetting(name) && settingOf(name).secret === true;
const spellFlag = (name: string) => isSecret(name) ? `variable ${variableOf(name)}` : `--${name}`;

function checkFlagName(name: string): asserts name is SettingName | "config" {
  if (name === "config") return;
  if (!isSetting(name)) {
    throw unknownName(`flag --${oneLine(name)}`, name, [...settingNames, "config"], spellFlag);
  }
  if (!isSecret(name)) return;
  const advice = `set variable ${variableOf(name)} or the key in the file`;
  throw new ConfigError(`${name} is not a flag, since flags show in the list of processes: ${advice}`);
}

function takeValue(name: SettingName | "config", rest: string[]): string {
  const next = rest[0]?.startsWith("--") ? undefined : rest.shift();
  if (next !== undefined) return next;
  if (name !== "config" && settingOf(name).kind.bare) return "True";
  throw new ConfigError(`flag --${name} has no value: expected --${name}=VALUE`);
}

/** Reads `--name=value`, `--name value` and, for booleans, `--name`. */
export function readFlags(flags: readonly string[]): Source {
  const found = new Map<SettingName | "config", Given>();
  const rest = [...flags];
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    const [, name, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(flag) ?? [];
    if (name === undefined) {
      throw new ConfigError(`Unexpected argument ${quoted(flag)}: expected --name=value`);
    }
    checkFlagName(name);
    if (found.has(name)) throw new ConfigError(`flag --${name} is given twice`);
    found.set(name, { raw: inline ?? takeValue(name, rest), origin: `flag --${name}` });
  }
  return sourceOf(found);
}

function sourceOf(found: Map<SettingName | "config", Given>): Source {
  const file = found.get("config");
  found.delete("config");
  const given = found as Map<SettingName, Given>;
  return file === undefined ? { given } : { given, file };
}

const byVariable = new Map<string, SettingName | "config">(
  ([...settingNames, "config"] as const).map((name) => [variableOf(name), name]),
);

/** Variables of other subcommands, and the one that names the program itself. */
const foreign = /^HELIOGRAPH_(?:MINER_|(?:API_KEY|BINARY)$)/;

/** Reads the variables that begin with `HELIOGRAPH_` and are not another subcommand's; an empty one counts as not set. */
export function readVariables(env: Readonly<Record<string, string>>): Source {
  const found = new Map<SettingName | "config", Given>();
  for (const [variable, raw] of Object.entries(env)) {
    if (!variable.startsWith("HELIOGRAPH_") || foreign.test(variable)) continue;
    const name = byVariable.get(variable);
    const origin = `variable ${oneLine(variable)}`;
    if (name === undefined) throw unknownName(origin, variable, [...byVariable.keys()], String);
    if (raw !== "") found.set(name, { raw, origin });
  }
  return sourceOf(found);
}
