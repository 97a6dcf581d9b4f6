import { assert } from "@std/assert";
import {
  cryptoReady,
  encodeAddress,
  keypairFromSeed,
  randomSeed,
  verifySignature,
} from "../../lib/crypto/mod.ts";
import { sign } from "../../lib/crypto/schnorrkel.ts";

await cryptoReady();
const keypair = keypairFromSeed(randomSeed());
const { address } = keypair;
const signature = keypair.sign("text");

Deno.test("verifySignature() takes hex with and without 0x, in either case", () => {
  assert(verifySignature("text", signature, address));
  assert(verifySignature("text", `0x${signature}`, address));
  assert(verifySignature("text", signature.toUpperCase(), address));
});

Deno.test("verifySignature() takes what a wallet wrapped in <Bytes>", () => {
  assert(verifySignature("text", keypair.sign("<Bytes>text</Bytes>"), address));
  assert(!verifySignature("text", keypair.sign("<Bytes>texts</Bytes>"), address));
  assert(!verifySignature("text", keypair.sign("<bytes>text</bytes>"), address));
});

Deno.test("verifySignature() covers the UTF-8 bytes of the text", () => {
  assert(verifySignature("café 🏈", keypair.sign("café 🏈"), address));
  assert(!verifySignature("cafe\u0301 🏈", keypair.sign("café 🏈"), address));
});

Deno.test("verifySignature() is false for another's signature", () => {
  assert(!verifySignature("text", signature, keypairFromSeed(randomSeed()).address));
});

Deno.test("verifySignature() is false for the address of zeros, for which anybody can sign", () => {
  const nobody = new Uint8Array(32);
  const forged = sign(nobody, new Uint8Array(64), new TextEncoder().encode("text")).toHex();
  assert(!verifySignature("text", forged, encodeAddress(nobody)));
});

Deno.test("verifySignature() is false for anything malformed", () => {
  const malformed = [
    "",
    "0x",
    signature.slice(1),
    `${signature}0`,
    `${signature}\n`,
    `0x0x${signature}`,
    `g${signature.slice(1)}`,
    "0".repeat(128),
    "f".repeat(128),
    `${signature.slice(0, -2)}00`,
  ];
  for (const text of malformed) assert(!verifySignature("text", text, address), text);
  for (const text of ["", "x", `${address}x`, address.slice(1), "1".repeat(48), "😀"]) {
    assert(!verifySignature("text", signature, text), text);
  }
});
