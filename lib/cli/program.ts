import { asksForHelp, nearest } from "../config/mod.ts";
import type { CreateApp } from "../gateway/mod.ts";
import type { Commands } from "./command.ts";
import { helpText } from "./help.ts";
import type { Stdio } from "./stdio.ts";
import { versionLine } from "./this_program.ts";

/** What a program is made of. */
interface ProgramParts {
  readonly commands: Commands;
  readonly createApp: CreateApp;
  readonly stdio: Stdio;
}

/** What is run when the command line begins with a flag, or is empty. */
const defaultCommand = "serve";
/** As a shell reports a program that wrote into a pipe which nobody reads: 128 and the number of SIGPIPE. */
const brokenPipe = 141;

/** Runs the subcommand that a command line names; answers the exit code. */
export async function runProgram(args: string[], parts: ProgramParts): Promise<number> {
  try {
    return await run(args, parts);
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return brokenPipe;
    throw error;
  }
}

async function run(args: string[], parts: ProgramParts): Promise<number> {
  const [first, ...rest] = args;
  if (first === "--version" || first === "-V") return await say(parts.stdio, versionLine());
  if (asksForHelp(args.slice(0, 1))) return await say(parts.stdio, help(parts.commands));
  if (first === "help") return await explain(rest[0], parts);
  const isNamed = first !== undefined && !first.startsWith("-");
  const name = isNamed ? first : defaultCommand;
  if (!Object.hasOwn(parts.commands, name) || asksForHelp(rest.slice(0, 1))) {
    return await explain(name, parts);
  }
  return await (await load(name, parts)).run(isNamed ? rest : args, parts.createApp);
}

async function load(name: string, { commands }: ProgramParts) {
  const entry = commands[name];
  if (entry === undefined) throw new RangeError(`Cannot run ${name}: there is no such command`);
  return await entry.load();
}

/** The help of one subcommand, or of the program. */
async function explain(name: string | undefined, parts: ProgramParts): Promise<number> {
  if (name === undefined) return await say(parts.stdio, help(parts.commands));
  if (Object.hasOwn(parts.commands, name)) {
    return await say(parts.stdio, helpText((await load(name, parts)).usage));
  }
  const guess = nearest(name, Object.keys(parts.commands));
  const advice = guess === undefined ? "" : `: did you mean ${guess}?`;
  await parts.stdio.complain(`Unknown command ${JSON.stringify(name)}${advice}\n\n${help(parts.commands)}`);
  return 2;
}

async function say(stdio: Stdio, text: string): Promise<number> {
  await stdio.print(text);
  return 0;
}

function help(commands: Commands): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const rows = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}\n`);
  return `Usage: heliograph COMMAND [--FLAG=VALUE ...]

${rows.join("")}
heliograph COMMAND --help says more of each, heliograph --version which program
this is.
`;
}
