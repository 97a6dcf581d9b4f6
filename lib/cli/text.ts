import { escapeControls } from "../telemetry/mod.ts";

/** A number of things, with the plural where it takes one. */
export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

/**
 * A value as JSON, as `JSON.stringify` writes it, in which whatever could move a cursor or turn the writing direction is
 * escaped, as JSON lets it be.
 */
export function jsonText(
  value: unknown,
  replacer?: (key: string, value: unknown) => unknown,
  indent?: number,
): string {
  return JSON.stringify(value, replacer, indent).split("\n").map(escapeControls).join("\n");
}

/**
 * Breaks a text into lines of at most `width` characters, between words, and with `atCommas` within a list that is longer
 * than a line.
 */
export function wrap(
  text: string,
  width: number,
  { atCommas = false }: { atCommas?: boolean } = {},
): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const pieces = atCommas && word.length > width ? word.split(/(?<=,)/) : [word];
    for (const [index, piece] of pieces.entries()) {
      const longer = line === "" ? piece : `${line}${index === 0 ? " " : ""}${piece}`;
      if (line !== "" && longer.length > width) {
        lines.push(line);
        line = piece;
      } else line = longer;
    }
  }
  return [...lines, line];
}
