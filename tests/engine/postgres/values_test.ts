import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decode, encode } from "../../../lib/engine/postgres/values.ts";

Deno.test("plain values are plain JSON", () => {
  const value = { text: "a\u0000€\ud800", list: [1, null, true, -0.5], empty: {} };
  assertEquals(encode(value), JSON.stringify(value));
  assertEquals(decode(encode(value)), value);
});

Deno.test("what JSON does not know comes back too, as does what looks like it", () => {
  const leaf = fc.oneof(
    fc.string(),
    fc.double(),
    fc.boolean(),
    fc.bigInt(),
    fc.uint8Array(),
    fc.constant(null),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom("a", "b", "$bigint", "$bytes", "$number", "$plain"),
        tie("tree"),
        { maxKeys: 2, noNullPrototype: true },
      ),
    ),
  }));
  fc.assert(fc.property(tree, (value) => assertEquals(decode(encode(value)), value)));
});
