import { describeOptions, UsageError } from "../config/mod.ts";
import { type CommandModule, type Commands, readUsage, runFramed, type Usage } from "./command.ts";
import { callsOf, headOf, meaningOf } from "./help.ts";
import { processStdio, type Stdio } from "./stdio.ts";
import { version } from "./this_program.ts";

/** Text as roff has it: what begins a request or an escape is text too. */
function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll(/^(?=[.'])/gm, "\\&");
}

function paragraphs(text: string): string {
  return text.split("\n\n").map((paragraph) => `.PP\n${roff(paragraph.replaceAll(/\s*\n\s*/g, " "))}\n`).join(
    "",
  );
}

const tagged = (head: string, meaning: string) => `.TP\n.B ${roff(head)}\n${roff(meaning)}\n`;

function flags({ options, prefix, shown }: Usage): string {
  return describeOptions(options, prefix).filter(({ name }) => shown === undefined || shown.includes(name))
    .map((option) => tagged(headOf(option), meaningOf(option))).join("");
}

function calls(usage: Usage): string {
  return callsOf(usage).map((call) => `.PP\n.B ${roff(`heliograph ${call}`)}\n`).join("");
}

function section(usage: Usage): string {
  const { name, about, closing, words = {}, actions = [], examples = [] } = usage;
  return [
    `.SH ${roff(name.toUpperCase())}\n`,
    calls(usage),
    paragraphs(about),
    ...Object.entries(words).map(([word, meaning]) => tagged(word, meaning)),
    flags(usage),
    ...actions.map((action) =>
      `.SS ${roff(action.name)}\n${calls(action)}${paragraphs(action.about)}${flags(action)}`
    ),
    closing === undefined ? "" : paragraphs(closing),
    examples.length === 0
      ? ""
      : `.PP\nExamples:\n.PP\n.nf\n${examples.map((line) => `  ${roff(line)}\n`).join("")}.fi\n`,
  ].join("");
}

/** A page for man(1) with all commands, made from the tables that they are read with. */
async function manPage(commands: Commands): Promise<string> {
  const loaded = await Promise.all(Object.values(commands).map(async ({ load }) => (await load()).usage));
  return [
    `.TH HELIOGRAPH 1 "" "heliograph ${roff(version)}"\n`,
    `.SH NAME\nheliograph \\- a real\\-time gateway for miners, live streams and inscription jobs\n`,
    `.SH SYNOPSIS\n.B heliograph\n.I COMMAND\n[\\-\\-FLAG=VALUE ...]\n`,
    ...Object.entries(commands).map(([name, { summary }]) => tagged(name, summary)),
    ...loaded.map(section),
  ].join("");
}

const usage = {
  name: "man",
  about: "Prints a page for man(1) with all commands and flags.",
  options: {},
  examples: ["heliograph man | man -l -", "heliograph man > /usr/local/share/man/man1/heliograph.1"],
} satisfies Usage;

/** `heliograph man` for a table of subcommands. */
export function manOf(commands: Commands): CommandModule {
  return { usage, run: (args) => runMan(args, commands, processStdio) };
}

/** Prints the page; answers the exit code. */
export async function runMan(args: string[], commands: Commands, stdio: Stdio): Promise<number> {
  return await runFramed(usage, args, { stdio }, async () => {
    if (readUsage(usage, args).operands.length > 0) throw new UsageError("Expected no operand");
    await stdio.print(await manPage(commands));
    return 0;
  });
}
