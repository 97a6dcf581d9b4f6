import { UsageError } from "../../config/mod.ts";

export { UsageError };

/** The options that an action knows: with a value after them, or just given. */
export type OptionKinds = Readonly<Record<string, "value" | "flag">>;

/** A command line taken apart. */
export interface Arguments {
  readonly values: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
  /** The only argument that is no option. */
  readonly operand: string | undefined;
}

/** Takes a command line apart: `--name value`, `--name=value`, `--flag`; after `--` nothing is an option. */
export function readArguments(args: readonly string[], kinds: OptionKinds): Arguments {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  const operands: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "--") operands.push(...rest.splice(0));
    else if (!arg.startsWith("--")) operands.push(arg);
    else readOption(arg.slice(2), kinds, rest, { values, flags });
  }
  if (operands.length > 1) throw new UsageError(`Unexpected argument after the first one`);
  return { values, flags, operand: operands[0] };
}

/** The value of an option that must be given. */
export function required({ values }: Arguments, name: string): string {
  const value = values.get(name);
  if (value === undefined) throw new UsageError(`Missing --${name}`);
  return value;
}

function readOption(
  option: string,
  kinds: OptionKinds,
  rest: string[],
  into: { values: Map<string, string>; flags: Set<string> },
): void {
  const [name = "", ...valueParts] = option.split("=");
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === undefined) throw new UsageError(`Unknown option --${name}`);
  const inline = valueParts.length > 0 ? valueParts.join("=") : undefined;
  if (kind === "flag") {
    if (inline !== undefined) throw new UsageError(`Option --${name} takes no value`);
    into.flags.add(name);
    return;
  }
  const value = inline ?? rest.shift();
  if (value === undefined) throw new UsageError(`Missing value after --${name}`);
  into.values.set(name, value);
}
