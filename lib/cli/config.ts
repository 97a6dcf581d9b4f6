import {
  ConfigError,
  type ConfigSources,
  describeSettings,
  loadConfig,
  type LoadedConfig,
  type SettingDescription,
  showSetting,
} from "../config/mod.ts";
import type { Command } from "./command.ts";
import { processStdio, type Stdio } from "./stdio.ts";

/** What `--help` prints. */
export const usage = `Usage: heliograph config ACTION

  print [--SETTING=VALUE ...] the values that apply, and where each comes from
    --json                    as a JSON object
  check [--SETTING=VALUE ...] whether flags, variables and file can be used: exit code 0 if so, 1 if not
  example                     a configuration file with all settings, their defaults and what they mean

Examples:
  heliograph config example > heliograph.yaml
  heliograph config check --config=heliograph.yaml
  HELIOGRAPH_PORT=8080 heliograph config print --json
`;

/** Where the settings come from, but for the flags, which are arguments. */
export type ConfigSurroundings = Omit<ConfigSources, "flags">;

function asTable({ config, origins }: LoadedConfig): string {
  const rows = describeSettings().map(({ name }) =>
    [name, showSetting(config, name) ?? "-", origins[name]] as const
  );
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  const [names, values] = [width(0), width(1)];
  const lines = rows.map(([name, value, origin]) =>
    `${name.padEnd(names)}  ${value.padEnd(values)}  ${origin}\n`
  );
  return lines.join("");
}

function asJson({ config, origins }: LoadedConfig): string {
  const entries = describeSettings().map(({ name }) => {
    const value = config[name];
    const shown = typeof value === "string" ? showSetting(config, name) : value;
    return [name, { value: shown ?? null, source: origins[name] }];
  });
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}

function print(flags: string[], surroundings: ConfigSurroundings): string {
  const render = flags.includes("--json") ? asJson : asTable;
  return render(loadConfig({ flags: flags.filter((flag) => flag !== "--json"), ...surroundings }));
}

function check(flags: string[], surroundings: ConfigSurroundings): string {
  loadConfig({ flags, ...surroundings });
  return "configuration is valid\n";
}

function comment(setting: SettingDescription): string {
  const fallback = setting.exampleIsDefault ? "" : ` Default: ${setting.default}.`;
  return `# ${setting.doc}${fallback}\n# Allowed: ${setting.allowed}. Variable: ${setting.variable}\n`;
}

function entry(setting: SettingDescription): string {
  const quote = /^[\w./-]+$/.test(setting.example) ? "" : '"';
  const line = `${setting.name}: ${quote}${setting.example}${quote}\n`;
  return `\n${comment(setting)}${setting.exampleIsDefault ? "" : "# "}${line}`;
}

function example(flags: string[]): string {
  if (flags[0] !== undefined) throw new ConfigError(`"config example" takes no flags`);
  const head = "# Heliograph's configuration. Flags win over variables, variables over this file.\n";
  return head + describeSettings().map(entry).join("");
}

const actions = new Map([["print", print], ["check", check], ["example", example]]);

/** {@link run} with sources and streams of the caller's choice. */
export async function runConfig(
  [name = "", ...flags]: string[],
  surroundings: ConfigSurroundings,
  stdio: Stdio,
): Promise<number> {
  const action = actions.get(name);
  const help = name === "--help" || flags.includes("--help");
  if (help || action === undefined) {
    await (help ? stdio.print(usage) : stdio.complain(usage));
    return help ? 0 : 2;
  }
  try {
    await stdio.print(action(flags, surroundings));
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    await stdio.complain(`${error.message}\n`);
    return 1;
  }
}

/** `heliograph config`: prints, checks or explains the configuration. */
export const run: Command = (args: string[]): Promise<number> =>
  runConfig(args, { env: Deno.env.toObject(), readFile: Deno.readTextFileSync }, processStdio);
