import {
  ConfigError,
  configGrammar,
  type ConfigSources,
  describeSettings,
  flag,
  loadConfig,
  type LoadedConfig,
  readCommandLine,
  type SettingDescription,
  showSetting,
} from "../config/mod.ts";
import { type Command, Failure, runAction, type Usage } from "./command.ts";
import { processStdio, type Stdio } from "./stdio.ts";

const printUsage = {
  ...configGrammar,
  name: "config print",
  synopsis: ["config print [--SETTING=VALUE ...]"],
  about: "Prints the values that apply, and where each comes from.",
  shown: ["config", "json"],
  options: { ...configGrammar.options, json: flag("Prints them as a JSON object.") },
} satisfies Usage;

const checkUsage = {
  ...configGrammar,
  name: "config check",
  synopsis: ["config check [--SETTING=VALUE ...]"],
  about: "Says whether flags, variables and file can be used: exit code 0 if so, 1 if not.",
  shown: ["config"],
} satisfies Usage;

const exampleUsage = {
  name: "config example",
  about: "Prints a configuration file with all settings, their defaults and what they mean.",
  options: {},
} satisfies Usage;

/** How it is called. */
export const usage: Usage = {
  name: "config",
  about:
    "Prints, checks or explains the configuration. Every setting of heliograph serve is a flag here too.",
  options: {},
  actions: [printUsage, checkUsage, exampleUsage],
  examples: [
    "heliograph config example > heliograph.yaml",
    "heliograph config check --config=heliograph.yaml",
    "HELIOGRAPH_PORT=8080 heliograph config print --json",
  ],
};

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

function print(args: string[], surroundings: ConfigSurroundings): string {
  const flags = new Map(readCommandLine(args, printUsage).flags);
  const render = flags.delete("json") ? asJson : asTable;
  return render(loadConfig({ flags, ...surroundings }));
}

function check(flags: string[], surroundings: ConfigSurroundings): string {
  try {
    loadConfig({ flags, ...surroundings });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new Failure(error.message, 1, { cause: error });
  }
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

function example(args: string[]): string {
  readCommandLine(args, exampleUsage);
  const head = "# Heliograph's configuration. Flags win over variables, variables over this file.\n";
  return head + describeSettings().map(entry).join("");
}

/** {@link run} with sources and streams of the caller's choice. */
export async function runConfig(
  args: string[],
  surroundings: ConfigSurroundings,
  stdio: Stdio,
): Promise<number> {
  const told = (tell: (args: string[], from: ConfigSurroundings) => string) => async (args: string[]) => {
    await stdio.print(tell(args, surroundings));
    return 0;
  };
  return await runAction(usage, args, { stdio }, {
    print: [printUsage, told(print)],
    check: [checkUsage, told(check)],
    example: [exampleUsage, told(example)],
  });
}

/** `heliograph config`: prints, checks or explains the configuration. */
export const run: Command = (args: string[]): Promise<number> =>
  runConfig(args, { env: Deno.env.toObject(), readFile: Deno.readTextFileSync }, processStdio);
