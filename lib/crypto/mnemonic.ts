import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { mnemonicToEntropy, validateMnemonic } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";

/** Whether a text is a mnemonic of BIP 39 in English, with the right checksum. */
export function isMnemonic(text: string): boolean {
  return validateMnemonic(text, wordlist);
}

/**
 * The seed of a mnemonic without a password, 32 bytes, as the chain's wallets make it: of the entropy, where BIP 39 takes
 * the words.
 */
export function seedOfMnemonic(text: string): Uint8Array {
  return pbkdf2(sha512, mnemonicToEntropy(text, wordlist), utf8ToBytes("mnemonic"), { c: 2048, dkLen: 32 });
}
