import type { CommandGrammar, Flag } from "./grammar.ts";

/** A script for fish, to be sourced or to lie in its folder of completions as `heliograph.fish`. */
export function fishScript(commands: readonly CommandGrammar[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const none = `not __fish_seen_subcommand_from ${names}`;
  return `# fish completions of heliograph, made by: heliograph completions fish
complete -c heliograph -f -n '${none}' -l help
complete -c heliograph -f -n '${none}' -l version
${commands.map((command) => describe(command, none)).join("")}`;
}

function describe({ name, summary, words, flags }: CommandGrammar, none: string): string {
  const after = `complete -c heliograph -n '__fish_seen_subcommand_from ${name}'`;
  return [
    `complete -c heliograph -f -n '${none}' -a ${name} -d ${quoted(summary)}`,
    ...words.map((word) => `${after} -a ${word}`),
    ...flags.map((flag) => `${after} ${option(flag)}`),
  ].map((line) => `${line}\n`).join("");
}

function option({ name, takesValue, words }: Flag): string {
  if (!takesValue) return `-l ${name}`;
  return words.length === 0 ? `-l ${name} -r -F` : `-l ${name} -x -a '${words.join(" ")}'`;
}

const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
