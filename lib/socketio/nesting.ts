const openers = /["[{\]}]/g;

/** Whether brackets in a text that may hold JSON are nested at most `limit` deep, strings passed over. */
export function isNestedAtMost(text: string, limit: number): boolean {
  let depth = 0;
  openers.lastIndex = 0;
  for (let found = openers.exec(text); found !== null; found = openers.exec(text)) {
    const [mark] = found;
    if (mark === '"') openers.lastIndex = endOfString(text, found.index + 1);
    else if (mark === "[" || mark === "{") depth += 1;
    else depth = Math.max(0, depth - 1);
    if (depth > limit) return false;
  }
  return true;
}

/** Where to go on after a string that begins before `start`. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text[at - 1 - slashes] === "\\") slashes += 1;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length;
}
