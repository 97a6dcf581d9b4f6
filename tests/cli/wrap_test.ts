import { assertEquals } from "@std/assert";
import { wrap } from "../../lib/cli/text.ts";

Deno.test("wrap() breaks between words alone, and with atCommas a list that is longer than a line", () => {
  assertEquals(wrap("one two three", 7), ["one two", "three"]);
  assertEquals(wrap("a,b aaaa,bbbb,cccc.", 9), ["a,b", "aaaa,bbbb,cccc."]);
  assertEquals(wrap("a,b aaaa,bbbb,cccc.", 9, { atCommas: true }), ["a,b aaaa,", "bbbb,", "cccc."]);
});
