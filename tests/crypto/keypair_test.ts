import { assert, assertEquals, assertNotEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { cryptoReady, keypairFromSeed, randomSeed } from "../../lib/crypto/mod.ts";
import { signedMessages } from "../helpers/signed_messages.ts";

await cryptoReady();

Deno.test("keypairFromSeed() gives the keys that other wallets give", () => {
  for (const { seed, address, public: publicKey } of signedMessages.keys) {
    const keypair = keypairFromSeed(hexToBytes(seed));
    assertEquals(keypair.address, address);
    assertEquals(bytesToHex(keypair.publicKey), publicKey);
    assertEquals(bytesToHex(keypair.seed), seed);
  }
});

Deno.test("keypairFromSeed() refuses a seed of another length without showing it", () => {
  const { message } = assertThrows(() => keypairFromSeed(new Uint8Array(31).fill(0xab)), RangeError);
  assertEquals(message, "Cannot make a keypair: seed is 31 bytes, expected 32");
});

Deno.test("keypairFromSeed() keeps its own copy of the seed", () => {
  const seed = randomSeed();
  const keypair = keypairFromSeed(seed);
  const before = bytesToHex(keypair.seed);
  seed.fill(0);
  keypair.seed.fill(0);
  assertEquals(bytesToHex(keypair.seed), before);
});

Deno.test("a keypair shows its address and never its seed", () => {
  const seed = new Uint8Array(32).fill(0xab);
  const keypair = keypairFromSeed(seed);
  const shown = [
    `${keypair}`,
    JSON.stringify(keypair),
    Deno.inspect(keypair, { showHidden: true, getters: true }),
    JSON.stringify({ ...keypair }),
    JSON.stringify(structuredClone({ ...keypair, sign: undefined })),
  ];
  assertStringIncludes(shown.slice(0, 3).join(), keypair.address);
  for (const text of shown) assert(!/abab|171, ?171|"31":171/.test(text), text);
});

Deno.test("randomSeed() gives 32 other bytes each time", () => {
  assertEquals(randomSeed().length, 32);
  assertNotEquals(randomSeed(), randomSeed());
});
