import { assertEquals } from "@std/assert";
import { sameText } from "../../lib/crypto/mod.ts";

Deno.test("sameText() tells whether two secrets are equal, whatever their lengths", () => {
  const texts = ["", "a", "b", "aa", "ab", "ba", "é", "aé", "aaa", "a\0", "\0"];
  for (const a of texts) for (const b of texts) assertEquals(sameText(a, b), a === b);
});
