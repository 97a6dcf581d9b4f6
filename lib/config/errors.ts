/** A setting that cannot be used. The message is one line for the operator. */
export class ConfigError extends Error {
  override readonly name: string = "ConfigError";
}

/** A command line that cannot be understood; ends with exit code 2. */
export class UsageError extends ConfigError {
  override readonly name = "UsageError";
}

const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const escaped = (character: string) => `\\u{${character.codePointAt(0)?.toString(16)}}`;

/** Text from outside, made to fit into one line. */
export function oneLine(text: string, longest = 100): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}...` : text;
  return cut.replace(unprintable, escaped);
}

/** Text without the names and passwords of URLs in it. */
export function withoutPasswords(text: string): string {
  return text.replaceAll(/\/\/[^/\s]*@/g, "//***@");
}

/** A value as it was got, for an error message. */
export function quoted(value: unknown): string {
  if (typeof value === "string") return `"${oneLine(withoutPasswords(value))}"`;
  if (typeof value !== "object") return String(value);
  return Array.isArray(value) ? "a list" : "no single value";
}

/** What is said of a name that nothing has. `spell` writes a name as its source does, `otherwise` is said without a guess. */
export function unknownName(
  source: string,
  name: string,
  known: readonly string[],
  spell: (name: string) => string,
  otherwise?: string,
): string {
  const guess = nearest(name, known);
  const advice = guess === undefined ? otherwise : `did you mean ${spell(guess)}?`;
  return `Unknown ${source}${advice === undefined ? "" : `: ${advice}`}`;
}

/** Levenshtein's distance: how many characters to insert, drop or change. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, character] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const change = (row[j] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** The same for `log.level`, `log_level`, `LOG-LEVEL`. */
const folded = (name: string) => name.toLowerCase().replaceAll(/[-.]/g, "_");

/** The name among `known` that `name` was most likely meant to be, if any comes near. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const wanted = folded(name.slice(0, 100));
  const same = known.find((candidate) => folded(candidate) === wanted) ??
    known.find((candidate) => folded(candidate).endsWith(`_${wanted}`));
  if (same !== undefined) return same;
  const ranked = known.map((candidate) => ({ candidate, far: distance(wanted, folded(candidate)) }));
  const best = ranked.sort((a, b) => a.far - b.far)[0];
  return best !== undefined && best.far <= Math.max(2, wanted.length / 4) ? best.candidate : undefined;
}
