import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { isNestedAtMost } from "../../lib/socketio/socket_server.ts";

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

Deno.test("the depth of JSON is found, whatever its strings hold", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(7), (value, limit) => {
    assertEquals(isNestedAtMost(JSON.stringify(value), limit), depthOf(value) <= limit);
  }));
});

Deno.test("brackets in strings do not count, escaped quotes do not end them", () => {
  assertEquals(isNestedAtMost(JSON.stringify(["[[[[", '"[[[', "\\", "\\\\[["]), 1), true);
  assertEquals(isNestedAtMost(JSON.stringify(["\\", [[]]]), 2), false);
});

Deno.test("text that is no JSON is measured in one pass as well", () => {
  assertEquals(isNestedAtMost("[".repeat(1_000_000), 64), false);
  assertEquals(isNestedAtMost('"'.repeat(1_000_000), 64), true);
  assertEquals(isNestedAtMost('\\"'.repeat(500_000), 64), true);
  assertEquals(isNestedAtMost("]".repeat(100) + "[".repeat(65), 64), false);
});
