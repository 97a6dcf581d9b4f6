import type { CommandModule, Commands } from "./command.ts";
import { bashScript } from "./completions/bash.ts";
import { fishScript } from "./completions/fish.ts";
import { type CommandGrammar, readGrammar } from "./completions/grammar.ts";
import { zshScript } from "./completions/zsh.ts";
import { processStdio, type Stdio } from "./stdio.ts";

const usage = `Usage: heliograph completions SHELL

Prints a script with which a shell completes heliograph's commands, flags and their values.

  bash     source <(heliograph completions bash), in ~/.bashrc
  zsh      source <(heliograph completions zsh), in ~/.zshrc after compinit
  fish     heliograph completions fish > ~/.config/fish/completions/heliograph.fish
`;

const shells: Readonly<Record<string, (commands: readonly CommandGrammar[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** `heliograph completions` for a table of subcommands. */
export function completionsOf(commands: Commands): CommandModule {
  return { usage, run: (args) => runCompletions(args, commands, processStdio) };
}

/** Prints the script for one shell; answers the exit code. */
export async function runCompletions(args: string[], commands: Commands, stdio: Stdio): Promise<number> {
  const [name = ""] = args;
  const script = args.length === 1 && Object.hasOwn(shells, name) ? shells[name] : undefined;
  if (script === undefined) {
    await stdio.complain(`Expected one shell: ${Object.keys(shells).join(", ")}\n\n${usage}`);
    return 2;
  }
  await stdio.print(script(await readGrammar(commands)));
  return 0;
}
