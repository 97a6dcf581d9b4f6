import { hexToBytes } from "@noble/hashes/utils.js";
import { isMnemonic, seedOfMnemonic } from "./mnemonic.ts";
import { keypairFromSeed } from "./sr25519.ts";

const hexSeed = /^(?:0x)?([0-9a-f]{64})$/i;
const mnemonic = /^[a-z]+(?:\s+[a-z]+){11,23}$/;

/**
 * The seed in a key file: 64 hex digits, the JSON file of a Bittensor hotkey, or a mnemonic of 12 to 24 words.
 * No error quotes what the file holds.
 *
 * @throws {SyntaxError} saying what was expected
 */
export function parseKeyFile(text: string): Uint8Array {
  const content = text.trim();
  if (content.startsWith("{")) return hotkeyFileSeed(content);
  const seed = hexOrMnemonicSeed(content);
  if (seed !== undefined) return seed;
  throw new SyntaxError(
    "Cannot read key file: expected 64 hex digits, a hotkey's JSON file, or a mnemonic of 12 to 24 words",
  );
}

function hexOrMnemonicSeed(text: string): Uint8Array | undefined {
  const hex = hexSeed.exec(text)?.[1];
  if (hex !== undefined) return hexToBytes(hex);
  const words = mnemonic.test(text) ? text.split(/\s+/).join(" ") : "";
  return isMnemonic(words) ? seedOfMnemonic(words) : undefined;
}

function hotkeyFileSeed(text: string): Uint8Array {
  const { secretSeed, secretPhrase, ss58Address } = parseObject(text);
  const seed = [secretSeed, secretPhrase]
    .filter((secret) => typeof secret === "string")
    .map((secret) => hexOrMnemonicSeed(secret.trim()))
    .find((found) => found !== undefined);
  if (seed === undefined) {
    throw new SyntaxError('Cannot read key file: expected "secretSeed" with 64 hex digits');
  }
  if (typeof ss58Address === "string" && ss58Address !== keypairFromSeed(seed).address) {
    throw new SyntaxError('Cannot read key file: "ss58Address" is not the address of "secretSeed"');
  }
  return seed;
}

/** The parser's own error would quote the file, so it is not kept as the cause. */
function parseObject(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError("Cannot read key file: it begins as a JSON object, but is not JSON");
  }
}
