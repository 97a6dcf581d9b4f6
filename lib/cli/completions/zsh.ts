import type { CommandGrammar, Flag } from "./grammar.ts";

/** A script for zsh, to be sourced or to lie in a folder of `fpath` as `_heliograph`. */
export function zshScript(commands: readonly CommandGrammar[]): string {
  const described = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}\n`).join("");
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
${commands.map(commandCase).join("")}  esac
}
if [[ $funcstack[1] == _heliograph ]]; then _heliograph "$@"; else compdef _heliograph heliograph; fi
`;
}

function commandCase({ name, words, flags }: CommandGrammar): string {
  const first = words.length === 0 ? [] : [`1:action:(${words.join(" ")})`];
  const specs = [...flags.map(spec), ...first, "*:file:_files"];
  return `    ${name}) _arguments ${specs.map(quoted).join(" ")} ;;\n`;
}

function spec({ name, takesValue, words }: Flag): string {
  if (!takesValue) return `--${name}`;
  return `--${name}=:${name}:${words.length === 0 ? "_files" : `(${words.join(" ")})`}`;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
