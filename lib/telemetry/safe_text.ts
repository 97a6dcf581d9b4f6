const visible = /^[ -~]*$/;
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

function escaped(character: string): string {
  return character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}

/** Text in which whatever could end a line, move a cursor or turn the writing direction is written as `\uXXXX`. */
export function escapeControls(text: string): string {
  return visible.test(text) ? text : text.replace(hidden, escaped);
}
