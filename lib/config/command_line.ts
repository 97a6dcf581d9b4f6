import { parseArgs } from "node:util";
import { ConfigError, oneLine, quoted, unknownName, UsageError } from "./errors.ts";
import { type Given, namedBy, type Option, type Options, type Source, spelled } from "./option.ts";

/** What a command line may hold. */
export interface Grammar<O extends Options = Options> {
  readonly options: O;
  /** What stands for the argument that is no flag, such as FILE; without it, none is taken. */
  readonly operand?: string;
  /** Whether several such arguments are taken. */
  readonly takesMany?: boolean;
  /** How the variables begin that stand in for flags, such as `HELIOGRAPH_`; without it, there are none. */
  readonly prefix?: string;
  /** Flags that are read elsewhere, and that a misspelled one may have meant. */
  readonly alsoKnown?: readonly string[];
  /** What shows all there are, told to whoever names one that comes near to none. */
  readonly catalogue?: string;
}

/** A command line taken apart. */
interface CommandLine {
  readonly flags: Source;
  /** The arguments that are no flags. */
  readonly operands: readonly string[];
}

/** The environment variable of an option. */
export function variableOf(name: string, prefix: string): string {
  return prefix + name.toUpperCase().replaceAll(".", "_");
}

/**
 * Takes a command line apart: `--name=value`, `--name value`, `--name`; after `--` nothing is a flag.
 * @throws {UsageError} for what is unknown, given twice or without its value
 */
export function readCommandLine(args: readonly string[], grammar: Grammar): CommandLine {
  const rest = tokensOf(args, grammar);
  const flags = new Map<string, Given>();
  const operands: string[] = [];
  for (let token = rest.shift(); token !== undefined; token = rest.shift()) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind !== "option") continue;
    const option = optionOf(token, grammar);
    const name = namedBy(token.name, grammar.options) ?? token.name;
    if (flags.has(name)) throw new UsageError(`Flag --${name} is given twice`);
    flags.set(name, { raw: takeValue(option, token, rest), origin: `flag --${token.name}` });
  }
  const [first] = operands;
  if (grammar.operand === undefined && first !== undefined) throw unexpected(first);
  if (operands.length > 1 && !grammar.takesMany) {
    throw new UsageError("Unexpected argument after the first one");
  }
  return { flags, operands };
}

/** Whether a command line asks for help; what stands behind `--` does not. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  return args.slice(0, end < 0 ? undefined : end).some((arg) => arg === "--help" || arg === "-h");
}

/**
 * Reads the variables that begin with the grammar's prefix; an empty one counts as not set.
 * @throws {ConfigError} for one that no option has
 */
export function readVariables(
  env: Readonly<Record<string, string>>,
  { options, prefix }: Grammar,
  isForeign: (variable: string) => boolean = () => false,
): Source {
  const found = new Map<string, Given>();
  if (prefix === undefined) return found;
  const byVariable = new Map(
    Object.entries(options).flatMap(([name, { also }]) =>
      [name, ...also === undefined ? [] : [also]].map((each) => [variableOf(each, prefix), name] as const)
    ),
  );
  for (const [variable, raw] of Object.entries(env)) {
    if (!variable.startsWith(prefix) || isForeign(variable)) continue;
    const name = byVariable.get(variable);
    const origin = `variable ${oneLine(variable)}`;
    if (name === undefined) {
      throw new ConfigError(unknownName(origin, variable, [...byVariable.keys()], String));
    }
    if (raw === "") continue;
    const other = found.get(name);
    if (other !== undefined) {
      throw new ConfigError(`${other.origin} and ${origin} are the same: set one of them`);
    }
    found.set(name, { raw, origin });
  }
  return found;
}

type Token = ReturnType<typeof tokensOf>[number];
type OptionToken = Extract<Token, { kind: "option" }>;

function tokensOf(args: readonly string[], { options }: Grammar) {
  const shapes = Object.entries(options).flatMap(([name, { kind, valueless, also }]) => {
    const type = valueless || kind.bare !== undefined ? "boolean" as const : "string" as const;
    return [name, ...also === undefined ? [] : [also]].map((each) => [each, { type }] as const);
  });
  return parseArgs({
    args: [...args],
    options: Object.fromEntries(shapes),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

function optionOf({ name, rawName }: OptionToken, grammar: Grammar): Option<unknown> {
  const { options, prefix = "", alsoKnown = [], catalogue } = grammar;
  if (!rawName.startsWith("--")) throw unexpected(rawName);
  const option = options[namedBy(name, options) ?? ""];
  const spell = (known: string) =>
    options[known]?.secret ? `variable ${variableOf(known, prefix)}` : `--${known}`;
  if (option === undefined) {
    const known = [...Object.keys(options), ...alsoKnown, "help"];
    throw new UsageError(unknownName(`flag --${oneLine(name)}`, name, known, spell, catalogue));
  }
  if (!option.secret) return option;
  const advice = `set ${spell(name)} or the key in the file`;
  throw new UsageError(`${name} is not a flag, since flags show in the list of processes: ${advice}`);
}

/** An option whose value may be left out takes the next word only where that is one of its values. */
function takeValue(
  option: Option<unknown>,
  { name, value, inlineValue }: OptionToken,
  rest: Token[],
): string {
  const { kind, valueless } = option;
  if (valueless && value !== undefined) throw new UsageError(`Flag --${name} takes no value`);
  if (valueless) return "True";
  if (value !== undefined && (inlineValue || !/^-\D/.test(value))) return value;
  if (kind.bare === undefined) {
    throw new UsageError(`Flag --${name} has no value: expected ${spelled(name, option)}`);
  }
  const [next] = rest;
  if (next?.kind !== "positional" || kind.read(next.value) === undefined) return kind.bare;
  rest.shift();
  return next.value;
}

function unexpected(argument: string): UsageError {
  return new UsageError(`Unexpected argument ${quoted(argument)}: expected --name=value`);
}
