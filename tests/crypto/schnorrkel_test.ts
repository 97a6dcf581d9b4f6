import { assert, assertEquals, assertThrows } from "@std/assert";
import { keysFromSeed, loadSchnorrkel, sign, toVerifyingKey, verify } from "../../lib/crypto/schnorrkel.ts";

await loadSchnorrkel();
const { secretKey, publicKey } = keysFromSeed(new Uint8Array(32).fill(7));
const key = toVerifyingKey(publicKey);
const order = Uint8Array.fromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
const message = new Uint8Array(100);
const signature = sign(publicKey, secretKey, message);

function withScalar(scalar: Uint8Array): Uint8Array {
  return new Uint8Array([...signature.slice(0, 32), ...scalar]);
}

Deno.test("verify() is false, and does not end the library, for signatures that are none", () => {
  const malformed = {
    "not marked": signature.with(63, (signature[63] ?? 0) & 0x7f),
    "the order": withScalar(order.with(31, 0x90)),
    "above the order": withScalar(order.with(0, 0xee).with(31, 0x90)),
    "the highest scalar": withScalar(new Uint8Array(32).fill(255)),
    "too short": signature.slice(0, 63),
    "too long": new Uint8Array([...signature, 0]),
    "empty": new Uint8Array(),
  };
  for (const [why, bytes] of Object.entries(malformed)) {
    assertEquals(verify(bytes, message, key), false, why);
  }
});

Deno.test("verify() is false, and does not end the library, for scalars and points that sign nothing", () => {
  assertEquals(verify(withScalar(order.with(0, 0xec).with(31, 0x90)), message, key), false);
  assertEquals(verify(withScalar(new Uint8Array(32).with(31, 0x80)), message, key), false);
  assertEquals(verify(signature.with(0, (signature[0] ?? 0) ^ 1), message, key), false);
  assertEquals(verify(new Uint8Array(64).fill(255, 0, 32).with(63, 0x80), message, key), false);
});

Deno.test("toVerifyingKey() takes no bytes that are no key", () => {
  const none = [new Uint8Array(32).fill(255), new Uint8Array(32), publicKey.slice(0, 31), new Uint8Array()];
  for (const bytes of none) {
    assertThrows(() => toVerifyingKey(bytes), RangeError, "not an sr25519 key");
  }
});

Deno.test("verify() holds what sign() made", () => {
  for (let round = 0; round < 20; round += 1) {
    assert(verify(sign(publicKey, secretKey, message), message, key));
  }
});
