/** Text that is HTML already. */
export class Html {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

type Part = string | number | boolean | null | undefined | Html | readonly Html[];

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** HTML in which whatever is put in counts as text. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, index) => text + render(parts[index])).join(""));
}

/** Text with what stands between backticks as code. */
export function prose(text: string): Html {
  return new Html(escape(text).replaceAll(/`([^`]+)`/g, "<code>$1</code>"));
}

function render(part: Part): string {
  if (part === undefined || part === null) return "";
  if (part instanceof Html) return part.text;
  return typeof part === "object" ? part.join("") : escape(String(part));
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? "");
}
