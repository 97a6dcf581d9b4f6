/** A module specifier in a source text. */
export interface Import {
  readonly specifier: string;
  /** Counted from 1. */
  readonly line: number;
}

/** What may stand before a regular expression; elsewhere a slash divides. */
const beforeRegExp =
  /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|void|yield|await))\s*$/;

const tokens = {
  comment: /\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)/y,
  string: /"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?/y,
  regExp: /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y,
};

/** Reads a source text once and leaves code in which every string is its number, so that quotes cannot mislead. */
class Scanner {
  readonly strings: string[] = [];
  #code = "";
  #at = 0;

  constructor(readonly text: string) {}

  scan(): string {
    this.#codeUntil(undefined);
    return this.#code;
  }

  #codeUntil(end: "}" | undefined): void {
    for (let depth = 0; this.#at < this.text.length;) {
      const character = this.text[this.#at];
      if (character === end && depth === 0) return;
      if (character === "{") depth++;
      if (character === "}") depth--;
      this.#step();
    }
  }

  #step(): void {
    if (this.#take(tokens.comment) !== undefined) return;
    const string = this.#take(tokens.string);
    if (string !== undefined) this.#code += `"${this.strings.push(string.slice(1, -1)) - 1}"`;
    else if (this.text[this.#at] === "`") this.#template();
    else if (!this.#regExp()) this.#code += this.text[this.#at++];
  }

  #regExp(): boolean {
    if (this.text[this.#at] !== "/" || !beforeRegExp.test(this.#code.slice(-20))) return false;
    return this.#take(tokens.regExp) !== undefined;
  }

  /** Keeps the code in `${}`, and of the text around it the line feeds. */
  #template(): void {
    const start = this.#at++;
    let plain = true;
    while (this.#at < this.text.length && this.text[this.#at] !== "`") {
      if (this.text.startsWith("${", this.#at)) {
        plain = false;
        this.#code += "(";
        this.#at += 2;
        this.#codeUntil("}");
        this.#code += ")";
      } else if (this.text[this.#at] === "\\") this.#at++;
      else if (this.text[this.#at] === "\n") this.#code += "\n";
      this.#at++;
    }
    this.#at++;
    if (plain) this.#code += `"${this.strings.push(this.text.slice(start + 1, this.#at - 1)) - 1}"`;
  }

  #take(token: RegExp): string | undefined {
    token.lastIndex = this.#at;
    const found = token.exec(this.text)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    this.#code += "\n".repeat(found.split("\n").length - 1);
    return found;
  }
}

/** Names that are strings occur too: `import { "a-b" as c } from`. */
const importing =
  /(?<![\w$.#])(?:(?:import|export)\b(?:[\w\s$*,{}]|"\d+"(?=\s+as\b)|(?<=\bas\s+)"\d+")*?\bfrom\s*|import\s*\(?\s*)"(\d+)"/g;

/** The specifiers that a module imports or exports from: statically, dynamically with a literal, or as a type. */
export function scanImports(text: string): Import[] {
  const scanner = new Scanner(text);
  const code = scanner.scan();
  return [...code.matchAll(importing)].map((match) => ({
    specifier: scanner.strings[Number(match[1])] ?? "",
    line: code.slice(0, match.index + match[0].length).split("\n").length,
  }));
}
