import { nearest } from "./nearest.ts";

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
