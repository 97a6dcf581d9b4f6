import { assertEquals } from "@std/assert";
import { FirstSignal } from "../../lib/protocol/mod.ts";

Deno.test("a first signal aborts with whichever source does, for that one's reason", () => {
  for (const chosen of [0, 1]) {
    const sources = [new AbortController(), new AbortController()];
    using first = new FirstSignal(...sources.map(({ signal }) => signal));
    assertEquals(first.signal.aborted, false);
    sources[chosen]?.abort("enough");
    assertEquals([first.signal.aborted, first.signal.reason], [true, "enough"]);
  }
});

Deno.test("a first signal of a source that has aborted has aborted too", () => {
  using first = new FirstSignal(new AbortController().signal, AbortSignal.abort("before"));
  assertEquals(first.signal.reason, "before");
});

Deno.test("a first signal that is disposed follows no source any more", () => {
  const source = new AbortController();
  const first = new FirstSignal(source.signal);
  first[Symbol.dispose]();
  source.abort();
  assertEquals(first.signal.aborted, false);
});
