import type { CommandGrammar, Flag } from "./grammar.ts";

const spelled = ({ name, takesValue }: Flag) => `--${name}${takesValue ? "=" : ""}`;

/** A script for bash's `complete`. It splits at `=`, so that a flag, the sign and its value come as three words. */
export function bashScript(commands: readonly CommandGrammar[]): string {
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
${commands.flatMap(valueCases).join("")}    esac
  elif ((COMP_CWORD == 1)); then
    words='${names} help --help --version'
  else
    case \${COMP_WORDS[1]} in
      help) words='${names}' ;;
${commands.map(flagCase).join("")}    esac
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

function valueCases({ name, flags }: CommandGrammar): string[] {
  return flags.filter(({ words }) => words.length > 0)
    .map((flag) => `      '${name} --${flag.name}') words='${flag.words.join(" ")}' ;;\n`);
}

function flagCase({ name, words, flags }: CommandGrammar): string {
  return `      ${name}) words='${[...words, ...flags.map(spelled)].join(" ")}' ;;\n`;
}
