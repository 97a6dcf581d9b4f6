const visible = /^[ -~]*$/;
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

function escaped(character: string): string {
  return character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}

/** Text in which whatever could end a line, move a cursor or turn the writing direction is written as `\uXXXX`. */
export function escapeControls(text: string): string {
  return visible.test(text) ? text : text.replace(hidden, escaped);
}

/** What the names of secrets end with; a space stands for how they are joined, if at all. */
const secretEndings = [
  "seed",
  "mnemonic",
  "phrase",
  "token",
  "authorization",
  "api key",
  "secret",
  "password",
  "private key",
  "cookie",
];
const foldedEndings = secretEndings.map((ending) => ending.replace(" ", ""));
/** Several tokens are a list of them; a number of tokens is no secret. */
const listOfTokens = '(?:tokens)(?="\\s*:\\s*\\[)';
const spelled = [...secretEndings.map((ending) => ending.replace(" ", "[-_.]?")), listOfTokens].join("|");
const secretMember = new RegExp(
  `("[\\w.-]*(?:${spelled})"\\s*:\\s*)(?:"(?:[^"\\\\]|\\\\.)*"?|\\[[^\\]]*\\]?)`,
  "gi",
);
/** API keys wherever they stand, also within a text within a text. */
const apiKey = /\bhg_[\w-]{16,}/g;
const longestText = 8192;
const mostItems = 100;

/** What stands for a secret in logs. */
const masked = "***";

/** What was found out of names: those that are logged are few, as long as nobody makes them up. */
const known = new Map<string, boolean>();
const [mostKnown, longestKnown] = [1000, 64];

/** Whether a property of this name is never logged: `seed`, `apiKey`, `x-api-key`, `admin_token`. */
export function isSecretName(name: string): boolean {
  const found = known.get(name);
  if (found !== undefined) return found;
  const isSecret = endsLikeSecret(name);
  if (known.size < mostKnown && name.length <= longestKnown) known.set(name, isSecret);
  return isSecret;
}

function endsLikeSecret(name: string): boolean {
  const folded = name.toLowerCase().replaceAll(/[-_.]/g, "");
  return folded === "key" || foldedEndings.some((ending) => folded.endsWith(ending));
}

function maskText(text: string): string {
  const cut = text.length > longestText
    ? `${text.slice(0, longestText)}... (${text.length} characters)`
    : text;
  const shown = cut.includes("hg_") ? cut.replace(apiKey, masked) : cut;
  return shown.includes('"') ? shown.replace(secretMember, `$1"${masked}"`) : shown;
}

function maskError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  return {
    name,
    message: maskText(message),
    ...(stack === undefined ? {} : { stack: maskText(stack) }),
    ...(cause === undefined ? {} : { cause: mask(cause, depth - 1) }),
  };
}

function maskMembers(entries: Iterable<[unknown, unknown]>, depth: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  let items = 0;
  for (const [key, value] of entries) {
    if (items++ === mostItems) break;
    const name = String(key);
    copy[name] = isSecretName(name) && value !== undefined && value !== null
      ? masked
      : mask(value, depth - 1);
  }
  return copy;
}

function maskObject(value: object, depth: number): unknown {
  if (value instanceof Error) return maskError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `<${value.byteLength} bytes>`;
  if (Array.isArray(value) || value instanceof Set) {
    return [...value].slice(0, mostItems).map((item) => mask(item, depth - 1));
  }
  return maskMembers(value instanceof Map ? value : Object.entries(value), depth);
}

/**
 * A copy of `value` that is safe to log: plain data only, bounded in depth and size, bytes not shown, and `***` for
 * members that are named like a secret. Signatures and public keys stay, since they are public.
 */
export function mask(value: unknown, depth = 5): unknown {
  if (typeof value === "string") return maskText(value);
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  if (typeof value === "function") return "<function>";
  if (typeof value !== "object" || value === null) return value;
  return depth > 0 ? maskObject(value, depth) : "...";
}
