import { wrap } from "../../lib/cli/text.ts";

const width = 110;

/** A paragraph in lines of at most 110 characters where its words allow it; `bullet` precedes the first. */
export function wrapped(text: string, bullet = ""): string {
  const indent = " ".repeat(bullet.length);
  const lines = wrap(text, width - bullet.length);
  return lines.map((line, index) => (index === 0 ? bullet : indent) + line).join("\n");
}
