import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Backoff } from "../../lib/client/reconnector.ts";

const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

Deno.test("Backoff.next() stays between the base and the doubled bound, and below the maximum", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 10_000 }),
    fc.integer({ min: 1, max: 100 }),
    fc.array(fraction, { minLength: 1, maxLength: 60 }),
    (baseMs, factor, draws) => {
      const maximumMs = baseMs * factor;
      const queue = [...draws];
      const backoff = new Backoff({ baseMs, maximumMs }, () => queue.shift() ?? 0);
      for (let attempt = 1; attempt <= draws.length; attempt++) {
        const delay = backoff.next();
        assertEquals(backoff.attempt, attempt);
        assert(delay >= baseMs && delay <= Math.min(maximumMs, baseMs * 2 ** attempt));
      }
    },
  ));
});

Deno.test("Backoff.next() uses the whole range, from the first failure on", () => {
  const bounds = { baseMs: 5000, maximumMs: 300_000 };
  assertEquals(new Backoff(bounds, () => 0).next(), 5000);
  assertEquals(new Backoff(bounds, () => 0.999999).next(), 10_000);
});

Deno.test("Backoff.reset() begins anew", () => {
  const backoff = new Backoff({ baseMs: 10, maximumMs: 1000 }, () => 0.999999);
  for (let failure = 0; failure < 20; failure++) backoff.next();
  assertEquals(backoff.next(), 1000);
  backoff.reset();
  assertEquals(backoff.next(), 20);
});

Deno.test("Backoff.next() never exceeds a maximum below the base", () => {
  assertEquals(new Backoff({ baseMs: 5000, maximumMs: 1000 }, () => 0.7).next(), 1000);
});
