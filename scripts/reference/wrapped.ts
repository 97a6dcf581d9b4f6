const width = 110;

/** A paragraph in lines of at most 110 characters where its words allow it; `bullet` precedes the first. */
export function wrapped(text: string, bullet = ""): string {
  const indent = " ".repeat(bullet.length);
  const lines: string[] = [];
  let line = bullet;
  for (const word of text.split(" ")) {
    const isEmpty = line === bullet || line === indent;
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else line += isEmpty ? word : ` ${word}`;
  }
  return [...lines, line].join("\n");
}
