import { assert, assertEquals, assertThrows } from "@std/assert";
import { bytesToHex } from "@noble/hashes/utils.js";
import { cryptoReady, keypairFromSeed, parseKeyFile } from "../../lib/crypto/mod.ts";
import { type KeyVector, signedMessages } from "../helpers/signed_messages.ts";

await cryptoReady();
const [{ seed, address }] = signedMessages.keys as [KeyVector];
const mnemonic = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
const mnemonicAddress = "5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV";

const read = (text: string) => bytesToHex(parseKeyFile(text));

Deno.test("parseKeyFile() reads a hex seed with or without 0x and white space", () => {
  for (const text of [seed, `0x${seed}`, `${seed}\n`, ` 0x${seed.toUpperCase()} \r\n`]) {
    assertEquals(read(text), seed);
  }
});

Deno.test("parseKeyFile() reads a Bittensor hotkey's JSON file", () => {
  assertEquals(read(JSON.stringify({ secretSeed: `0x${seed}`, ss58Address: address })), seed);
  assertEquals(read(JSON.stringify({ secretSeed: seed, secretPhrase: null })), seed);
  assertEquals(
    keypairFromSeed(parseKeyFile(JSON.stringify({ secretPhrase: mnemonic, ss58Address: mnemonicAddress })))
      .address,
    mnemonicAddress,
  );
});

Deno.test("parseKeyFile() reads a mnemonic", () => {
  assertEquals(keypairFromSeed(parseKeyFile(`${mnemonic}\n`)).address, mnemonicAddress);
  assertEquals(keypairFromSeed(parseKeyFile(mnemonic.replaceAll(" ", "\n  "))).address, mnemonicAddress);
});

Deno.test("parseKeyFile() says what it expected and never what it read", () => {
  const wrong: Record<string, string> = {
    "": "expected 64 hex digits, a hotkey's JSON file, or a mnemonic of 12 to 24 words",
    [seed.slice(1)]: "expected 64 hex digits, a hotkey's JSON file",
    [mnemonic.replace("walk", "bottom")]: "expected 64 hex digits, a hotkey's JSON file",
    [`{"secretSeed": "${seed}"`]: "it begins as a JSON object, but is not JSON",
    [`{"secretSeed": "${seed}00"}`]: 'expected "secretSeed" with 64 hex digits',
    [JSON.stringify({ secretSeed: seed, ss58Address: mnemonicAddress })]:
      'is not the address of "secretSeed"',
  };
  for (const [text, expected] of Object.entries(wrong)) {
    const error = assertThrows(() => parseKeyFile(text), SyntaxError, expected);
    assert(!Deno.inspect(error).includes("00000000"));
    assert(!Deno.inspect(error).includes("obey"));
  }
});
