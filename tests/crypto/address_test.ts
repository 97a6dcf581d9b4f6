import { assert, assertEquals, assertThrows } from "@std/assert";
import { base58 } from "@scure/base";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { decodeAddress, encodeAddress, isAddress } from "../../lib/crypto/mod.ts";
import { signedMessages } from "../helpers/signed_messages.ts";

const [first] = signedMessages.keys.map(({ address }) => address) as [string];

Deno.test("encodeAddress() and decodeAddress() agree with other wallets", () => {
  for (const key of signedMessages.keys) {
    assertEquals(encodeAddress(hexToBytes(key.public)), key.address);
    assertEquals(bytesToHex(decodeAddress(key.address)), key.public);
  }
});

Deno.test("encodeAddress() refuses a key of another length", () => {
  assertThrows(() => encodeAddress(new Uint8Array(33)), RangeError, "public key is 33 bytes, expected 32");
});

Deno.test("decodeAddress() says what is wrong with an address", () => {
  const bytes = base58.decode(first);
  const otherPrefix = base58.encode(bytes.with(0, 0));
  const otherChecksum = base58.encode(bytes.with(34, (bytes[34] ?? 0) ^ 1));
  assertThrows(() => decodeAddress(first.replace("5", "0")), SyntaxError, "it is not base58");
  assertThrows(() => decodeAddress(otherChecksum), SyntaxError, "its checksum is wrong");
  assertThrows(() => decodeAddress(otherPrefix), RangeError, "its prefix is 0, expected 42");
  assertThrows(() => decodeAddress(first.slice(0, -2)), RangeError, "bytes, expected 35");
  assertThrows(
    () => decodeAddress("5".repeat(100_000)),
    RangeError,
    "100000 characters, expected at most 50",
  );
});

Deno.test("isAddress() tells addresses from other texts", () => {
  assert(isAddress(first));
  for (const text of ["", "5", ` ${first}`, `${first}\n`, first.toLowerCase()]) {
    assert(!isAddress(text), text);
  }
});
