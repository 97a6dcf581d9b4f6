import { UsageError } from "../config/mod.ts";
import { type CommandModule, type Commands, readUsage, runFramed, type Usage } from "./command.ts";
import { bashScript } from "./completions/bash.ts";
import { fishScript } from "./completions/fish.ts";
import { type CommandGrammar, readGrammar } from "./completions/grammar.ts";
import { zshScript } from "./completions/zsh.ts";
import { processStdio, type Stdio } from "./stdio.ts";

const shells: Readonly<Record<string, (commands: readonly CommandGrammar[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

const usage = {
  name: "completions",
  operand: "SHELL",
  takesMany: true,
  words: {
    bash: "source <(heliograph completions bash), in ~/.bashrc",
    zsh: "source <(heliograph completions zsh), in ~/.zshrc after compinit",
    fish: "heliograph completions fish > ~/.config/fish/completions/heliograph.fish",
  },
  about:
    "Prints a script with which bash, zsh or fish completes heliograph's commands, flags and their values.",
  options: {},
} satisfies Usage;

/** `heliograph completions` for a table of subcommands. */
export function completionsOf(commands: Commands): CommandModule {
  return { usage, run: (args) => runCompletions(args, commands, processStdio) };
}

/** Prints the script for one shell; answers the exit code. */
export async function runCompletions(args: string[], commands: Commands, stdio: Stdio): Promise<number> {
  return await runFramed(usage, args, { stdio }, async () => {
    const { operands, operand = "" } = readUsage(usage, args);
    const script = operands.length === 1 && Object.hasOwn(shells, operand) ? shells[operand] : undefined;
    if (script === undefined) throw new UsageError(`Expected one shell: ${Object.keys(shells).join(", ")}`);
    await stdio.print(script(await readGrammar(commands)));
    return 0;
  });
}
