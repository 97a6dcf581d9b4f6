import { assert, assertEquals } from "@std/assert";
import { ristretto255 } from "@noble/curves/ed25519.js";
import { hexToBytes } from "@noble/hashes/utils.js";
import fc from "fast-check";
import { isPoint } from "../../lib/crypto/ristretto.ts";

/** What an independent library says. */
function isDecoded(bytes: Uint8Array): boolean {
  try {
    ristretto255.Point.fromBytes(bytes);
    return true;
  } catch {
    return false;
  }
}

Deno.test("isPoint() is true for multiples of the base, and false for their negatives", () => {
  let point = ristretto255.Point.ZERO;
  for (let multiple = 0; multiple < 16; multiple += 1, point = point.add(ristretto255.Point.BASE)) {
    const bytes = point.toBytes();
    assert(isPoint(bytes), `${multiple}`);
    if (multiple > 0) assert(!isPoint(negated(bytes)), `-${multiple}`);
  }
});

Deno.test("isPoint() agrees with another library about any 32 bytes", () => {
  const small = fc.bigInt(0n, 2n ** 12n).map((number) => toBytes(2n * number));
  const nearPrime = fc.bigInt(-64n, 64n).map((distance) => toBytes(2n ** 255n - 19n + distance));
  const any = fc.uint8Array({ minLength: 32, maxLength: 32 });
  // Where neither the highest bit nor the lowest decides.
  const plausible = any.map((bytes) =>
    bytes.with(0, (bytes[0] ?? 0) & 0xfe).with(31, (bytes[31] ?? 0) & 0x7f)
  );
  fc.assert(
    fc.property(
      fc.oneof(small, nearPrime, any, plausible),
      (bytes) => assertEquals(isPoint(bytes), isDecoded(bytes)),
    ),
    { numRuns: 1000 },
  );
});

Deno.test("isPoint() is false for each kind of bytes that RFC 9496 turns away", () => {
  const turnedAway = {
    "not canonical": "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "negative": "0100000000000000000000000000000000000000000000000000000000000000",
    "no square": "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    "x times y negative": "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
    "y is zero": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  };
  for (const [why, hex] of Object.entries(turnedAway)) assert(!isPoint(hexToBytes(hex)), why);
  for (const length of [0, 31, 33]) assert(!isPoint(new Uint8Array(length)), `${length} bytes`);
});

function toBytes(number: bigint): Uint8Array {
  return hexToBytes(BigInt.asUintN(256, number).toString(16).padStart(64, "0")).toReversed();
}

function negated(bytes: Uint8Array): Uint8Array {
  const number = BigInt(`0x${bytes.toReversed().toHex()}`);
  return toBytes(2n ** 255n - 19n - number);
}
