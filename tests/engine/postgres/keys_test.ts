import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Key } from "../../../lib/engine/mod.ts";
import { boundsOf, keyOf, textOf } from "../../../lib/engine/postgres/keys.ts";

const part = fc.oneof(fc.string({ unit: "binary" }), fc.nat(), fc.maxSafeNat());
const key = fc.tuple(fc.string({ minLength: 1 }), fc.array(part, { maxLength: 3 }))
  .map(([collection, rest]): Key => [collection, ...rest]);

/** In the order of keys: a part after the other, text before numbers, text by its UTF-8. */
function compare(one: Key, other: Key): number {
  for (const [index, a] of one.entries()) {
    const b = other[index];
    if (b === undefined) return 1;
    if (typeof a !== typeof b) return typeof a === "string" ? -1 : 1;
    const order = typeof a === "number" ? a - Number(b) : bytewise(a, String(b));
    if (order !== 0) return Math.sign(order);
  }
  return one.length - other.length < 0 ? -1 : 0;
}

function bytewise(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => new TextEncoder().encode(text)) as [Uint8Array, Uint8Array];
  for (const [index, byte] of a.entries()) {
    const order = byte - (b[index] ?? -1);
    if (order !== 0) return Math.sign(order);
  }
  return a.length < b.length ? -1 : 0;
}

Deno.test("keys are texts that anybody can read", () => {
  assertEquals(textOf(["predictions", 42]), "predictions#0000000000000042");
  assertEquals(textOf(["prediction_ids", "5F", "game-1"]), "prediction_ids 5F game-1");
});

Deno.test("a key comes back from its text, and texts are in the order of their keys", () => {
  fc.assert(fc.property(key, key, (one, other) => {
    assertEquals(keyOf(textOf(one)), one);
    assertEquals(Math.sign(bytewise(textOf(one), textOf(other))), compare(one, other));
  }));
});

Deno.test("a prefix bounds those keys alone that begin with it, part by part", () => {
  fc.assert(fc.property(key, key, (prefix, other) => {
    const [start, end = ""] = boundsOf({ prefix });
    const isWithin = (text: string) => bytewise(text, start) >= 0 && bytewise(text, end) < 0;
    const isBelow = other.length > prefix.length && prefix.every((each, index) => each === other[index]);
    assertEquals(isWithin(textOf(other)), isBelow);
    assertEquals(isWithin(textOf([...prefix, "more"])), true);
    assertEquals(isWithin(textOf(prefix)), false);
  }));
});

Deno.test("a number that texts cannot put in order is refused", () => {
  for (const number of [-1, 0.5, NaN, 2 ** 53]) assertThrows(() => textOf(["n", number]), RangeError);
});
