import { describeOptions, UsageError } from "../config/mod.ts";
import { type CommandModule, type Commands, readUsage, runFramed, type Usage } from "./command.ts";
import { processStdio, type Stdio } from "./stdio.ts";

/** A flag of a subcommand. */
interface Flag {
  readonly name: string;
  readonly takesValue: boolean;
  /** All values that are allowed, where those are a few words; else a value may be a file. */
  readonly words: readonly string[];
}

/** What can follow a subcommand's name. */
interface CommandGrammar {
  readonly name: string;
  readonly summary: string;
  /** Actions, such as `new` of `keys`, or all that the operand may be. */
  readonly words: readonly string[];
  readonly flags: readonly Flag[];
}

/** What all subcommands take, from the tables that they are read with. */
async function readGrammar(commands: Commands): Promise<readonly CommandGrammar[]> {
  return await Promise.all(
    Object.entries(commands).map(async ([name, { summary, load }]) => {
      const { usage } = await load();
      return { name, summary, words: wordsOf(usage), flags: flagsOf(usage) };
    }),
  );
}

function wordsOf({ actions = [], words = {} }: Usage): readonly string[] {
  return [...actions.map(({ name }) => name.replace(/^.* /, "")), ...Object.keys(words)];
}

function flagsOf(usage: Usage): readonly Flag[] {
  const all = [usage, ...usage.actions ?? []].flatMap(({ options }) => describeOptions(options));
  const flags = all.filter(({ secret }) => !secret).map(({ name, valueless, words }) => ({
    name,
    takesValue: !valueless,
    words: valueless ? [] : words,
  }));
  const help = { name: "help", takesValue: false, words: [] };
  return [...new Map([...flags, help].map((flag) => [flag.name, flag])).values()];
}

const bashFlag = ({ name, takesValue }: Flag) => `--${name}${takesValue ? "=" : ""}`;

/** A script for bash's `complete`. It splits at `=`, so that a flag, the sign and its value come as three words. */
function bashScript(commands: readonly CommandGrammar[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  return `# bash completions of heliograph, made by: heliograph completions bash
_heliograph() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} flag='' words=''
  if [[ $current == '=' ]]; then flag=$before current=''
  elif [[ $before == '=' ]]; then flag=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  if [[ -n $flag ]]; then
    case "\${COMP_WORDS[1]} $flag" in
${commands.flatMap(bashValues).join("")}    esac
  elif ((COMP_CWORD == 1)); then
    words='${names} help --help --version'
  else
    case \${COMP_WORDS[1]} in
      help) words='${names}' ;;
${commands.map(bashCase).join("")}    esac
  fi
  if [[ -n $words ]]; then mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current"); fi
  if ((\${#COMPREPLY[@]} == 0)) && [[ $current != -* ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
  if [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -F _heliograph heliograph
`;
}

function bashValues({ name, flags }: CommandGrammar): string[] {
  return flags.filter(({ words }) => words.length > 0)
    .map((flag) => `      '${name} --${flag.name}') words='${flag.words.join(" ")}' ;;\n`);
}

function bashCase({ name, words, flags }: CommandGrammar): string {
  return `      ${name}) words='${[...words, ...flags.map(bashFlag)].join(" ")}' ;;\n`;
}

/** A script for zsh, to be sourced or to lie in a folder of `fpath` as `_heliograph`. */
function zshScript(commands: readonly CommandGrammar[]): string {
  const described = commands.map(({ name, summary }) => `    ${zshQuoted(`${name}:${summary}`)}\n`).join("");
  return `#compdef heliograph
# zsh completions of heliograph, made by: heliograph completions zsh
_heliograph() {
  local -a commands=(
${described}  )
  if ((CURRENT == 2)); then
    _describe command commands
    _arguments '--help' '--version'
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
    help) _describe command commands ;;
${commands.map(zshCase).join("")}  esac
}
if [[ $funcstack[1] == _heliograph ]]; then _heliograph "$@"; else compdef _heliograph heliograph; fi
`;
}

function zshCase({ name, words, flags }: CommandGrammar): string {
  const first = words.length === 0 ? [] : [`1:action:(${words.join(" ")})`];
  const specs = [...flags.map(zshSpec), ...first, "*:file:_files"];
  return `    ${name}) _arguments ${specs.map(zshQuoted).join(" ")} ;;\n`;
}

function zshSpec({ name, takesValue, words }: Flag): string {
  if (!takesValue) return `--${name}`;
  return `--${name}=:${name}:${words.length === 0 ? "_files" : `(${words.join(" ")})`}`;
}

const zshQuoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** A script for fish, to be sourced or to lie in its folder of completions as `heliograph.fish`. */
function fishScript(commands: readonly CommandGrammar[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const none = `not __fish_seen_subcommand_from ${names}`;
  return `# fish completions of heliograph, made by: heliograph completions fish
complete -c heliograph -f -n '${none}' -l help
complete -c heliograph -f -n '${none}' -l version
${commands.map((command) => fishLines(command, none)).join("")}`;
}

function fishLines({ name, summary, words, flags }: CommandGrammar, none: string): string {
  const after = `complete -c heliograph -n '__fish_seen_subcommand_from ${name}'`;
  return [
    `complete -c heliograph -f -n '${none}' -a ${name} -d ${fishQuoted(summary)}`,
    ...words.map((word) => `${after} -a ${word}`),
    ...flags.map((flag) => `${after} ${fishOption(flag)}`),
  ].map((line) => `${line}\n`).join("");
}

function fishOption({ name, takesValue, words }: Flag): string {
  if (!takesValue) return `-l ${name}`;
  return words.length === 0 ? `-l ${name} -r -F` : `-l ${name} -x -a '${words.join(" ")}'`;
}

const fishQuoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

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
