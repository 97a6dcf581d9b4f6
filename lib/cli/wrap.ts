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
