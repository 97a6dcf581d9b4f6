import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { base64urlnopad } from "@scure/base";
import { sameText } from "./same_text.ts";

/** What a token says. RFC 7519, section 4. */
export type Claims = Readonly<Record<string, unknown>>;

const header = encode({ alg: "HS256", typ: "JWT" });
/** Characters of a token at most. */
const maxLength = 2048;

/** Whether a text is long enough to be a key. */
export function isJwtKey(text: string): boolean {
  return /^[!-~]{32,512}$/.test(text);
}

/** Makes a JSON Web Token that whoever has the key can check. RFC 7515, HS256. */
export function signJwt(claims: Claims, key: string): string {
  const content = `${header}.${encode(claims)}`;
  return `${content}.${signatureOf(content, key)}`;
}

/**
 * Reads a JSON Web Token that was signed with one of the keys, by HS256 and nothing else; undefined when it was not. Whether
 * it is in force is for the caller. How long this takes does not tell how much of a signature is right.
 */
export function readJwt(token: string, keys: readonly string[]): Claims | undefined {
  if (token.length > maxLength) return undefined;
  const [head = "", body = "", signature = "", ...more] = token.split(".");
  if (more.length > 0 || !isHs256(decode(head))) return undefined;
  const content = `${head}.${body}`;
  // All of them are tried, so that the time does not tell which it was.
  const isSigned = keys.filter((key) => sameText(signatureOf(content, key), signature)).length > 0;
  return isSigned ? decode(body) : undefined;
}

function isHs256(head: Claims | undefined): boolean {
  return head !== undefined && head["alg"] === "HS256" && !("crit" in head);
}

function signatureOf(content: string, key: string): string {
  return base64urlnopad.encode(hmac(sha256, utf8ToBytes(key), utf8ToBytes(content)));
}

function encode(value: Claims): string {
  return base64urlnopad.encode(utf8ToBytes(JSON.stringify(value)));
}

function decode(part: string): Claims | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(base64urlnopad.decode(part));
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value as Claims : undefined;
  } catch {
    return undefined;
  }
}
