import { assert, assertEquals } from "@std/assert";
import { FairShares } from "../../lib/hub/mod.ts";

/** How much a holder can take, one by one. */
function takeAll(shares: FairShares, holder: string): number {
  let taken = 0;
  while (shares.take(holder, 1)) taken += 1;
  return taken;
}

Deno.test("one holder gets a fifth of all, and leaves a share to everybody who comes later", () => {
  const shares = new FairShares(1000);
  assertEquals(takeAll(shares, "192.0.2.1"), 200);
  assertEquals(takeAll(shares, "192.0.2.2"), 160);
  for (let other = 3; other <= 10; other += 1) takeAll(shares, `192.0.2.${other}`);
  assertEquals(shares.used, 892);
  assert(shares.take("198.51.100.1", 20));
});

Deno.test("what was given back can be taken again, and an IPv6 network is one holder", () => {
  const shares = new FairShares(100);
  assertEquals(takeAll(shares, "2001:db8::1"), 20);
  assertEquals([shares.take("2001:db8::2", 1), shares.hasRoom("2001:db8:0:1::1", 1)], [false, true]);
  shares.give("2001:db8::3", 20);
  assertEquals([shares.used, takeAll(shares, "2001:db8::2")], [0, 20]);
});

Deno.test("an amount is taken whole or not at all", () => {
  const shares = new FairShares(100);
  assertEquals([shares.take("a", 26), shares.take("a", 25), shares.take("a", 1)], [false, true, false]);
  assertEquals(shares.used, 25);
});
