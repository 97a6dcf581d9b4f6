import {
  asksForHelp,
  ConfigError,
  type Grammar,
  nearest,
  type Options,
  readCommandLine,
  readVariables,
  resolve,
  UsageError,
  type Values,
} from "../config/mod.ts";
import type { CreateApp } from "../gateway/mod.ts";
import { escapeControls } from "../telemetry/mod.ts";
import { helpText } from "./help.ts";
import { callOf } from "./this_program.ts";
import type { Stdio } from "./stdio.ts";

/** A subcommand: takes what follows its name and answers with the exit code. */
export type Command = (args: string[], createApp: CreateApp) => Promise<number>;

/** How a command is called, and what is said of it. Reading, help and completions derive from it. */
export interface Usage<O extends Options = Options> extends Grammar<O> {
  /** Such as `keys sign`. */
  readonly name: string;
  /** The ways to call it, where operand and required flags do not tell; without the program's name. */
  readonly synopsis?: readonly string[];
  /** What it does, in paragraphs. */
  readonly about: string;
  /** What is said below the flags, in paragraphs: exit codes, variables. */
  readonly closing?: string;
  /** Command lines, as they are typed. */
  readonly examples?: readonly string[];
  /** All that the operand may be, where that is a few words, and what each means. */
  readonly words?: Readonly<Record<string, string>>;
  /** What it is called by, where it is no command of `heliograph`. */
  readonly program?: string;
  /** The flags that the help lists, where it lists not all. */
  readonly shown?: readonly string[];
  /** What it consists of, each called by the last word of its name. */
  readonly actions?: readonly Usage[];
}

/** The module of a subcommand. */
export interface CommandModule {
  readonly run: Command;
  readonly usage: Usage;
}

/** A subcommand in the table of all, loaded when it is asked for. */
interface CommandEntry {
  /** A few words for the list. */
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

/** All subcommands by name. */
export type Commands = Readonly<Record<string, CommandEntry>>;

/** That something went wrong which can be expected to: the message says all, and the command ends with the exit code. */
export class Failure extends Error {
  override readonly name = "Failure";

  constructor(message: string, readonly exitCode: number, options?: ErrorOptions) {
    super(message, options);
  }
}

/** What a command was told. */
export interface Told<O extends Options> {
  readonly values: Values<O>;
  readonly operands: readonly string[];
  /** The first of them. */
  readonly operand: string | undefined;
}

/** Reads a command line, and the variables that stand in for flags. */
export function readUsage<O extends Options>(
  usage: Usage<O>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Told<O> {
  const { flags, operands } = readCommandLine(args, usage);
  const { values } = resolve(usage.options, [flags, readVariables(env, usage)]);
  return { values, operands, operand: operands[0] };
}

/** What a command runs in. */
interface Frame {
  readonly stdio: Pick<Stdio, "print" | "complain">;
  /** What `--help` tells of, where that is more than the command itself. */
  readonly within?: Usage;
  /** The exit code of an error that names none; 1 where not given. */
  readonly failure?: (error: Error) => number;
}

/**
 * Runs a command: prints the help that is asked for, and says in one line what went wrong. Answers the exit code, which
 * is 2 for a command line or a configuration that cannot be used.
 */
export async function runFramed(
  usage: Usage,
  args: readonly string[],
  { stdio, within = usage, failure = () => 1 }: Frame,
  work: () => Promise<number>,
): Promise<number> {
  try {
    if (!asksForHelp(args)) return await work();
    await stdio.print(helpText(within));
    return 0;
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Deno.errors.BrokenPipe) throw error;
    await stdio.complain(
      `${escapeControls(error.message)}${error instanceof UsageError ? adviceAfter(error, within) : ""}\n`,
    );
    if (error instanceof Failure) return error.exitCode;
    return error instanceof ConfigError ? 2 : failure(error);
  }
}

function adviceAfter({ message }: UsageError, { name, program }: Usage): string {
  // A suggestion says enough.
  if (message.endsWith("?")) return "";
  const [command = ""] = name.split(" ");
  return `. "${program === undefined ? callOf(command) : `${program} ${command}`} --help" says more`;
}

/** An action of a command: how it is called, and what it does with what follows its name. */
type Action<S> = readonly [usage: Usage, act: (args: string[], surroundings: S) => Promise<number>];

/** Runs the action of a command that a command line names first. */
export async function runAction<S extends Frame>(
  usage: Usage,
  [name = "", ...args]: readonly string[],
  surroundings: S,
  actions: Readonly<Record<string, Action<S>>>,
): Promise<number> {
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action !== undefined) {
    const [own, act] = action;
    return await runFramed(own, args, { ...surroundings, within: usage }, () => act(args, surroundings));
  }
  return await runFramed(usage, [name, ...args], surroundings, () => {
    const names = Object.keys(actions);
    const guess = name === "" || name.startsWith("-") ? undefined : nearest(name, names);
    if (guess === undefined) throw new UsageError(`Expected an action: ${names.join(", ")}`);
    throw new UsageError(`Unknown action: did you mean ${guess}?`);
  });
}
