import { assertEquals, assertThrows } from "@std/assert";
import { Places } from "../../lib/hub/places.ts";
import { Refusal } from "../../lib/protocol/mod.ts";

const full = (take: () => unknown) => assertThrows(take, Refusal, "Max connections reached");

Deno.test("one address cannot take the places of others, and networks of IPv6 count as one address", () => {
  const places = new Places({ total: 4, perAddress: 2 });
  places.take("2001:db8::1");
  places.take("2001:db8::ffff:2");
  full(() => places.take("2001:db8::3"));
  places.take("192.0.2.1");
  places.take("192.0.2.2");
  full(() => places.take("192.0.2.3"));
  assertEquals(places.taken, 4);
});

Deno.test("a place is free when all who hold it have let it go, once", () => {
  const places = new Places({ total: 2, perAddress: 1 });
  const place = places.take("a");
  assertEquals(place.hold(), true);
  place.letGo();
  full(() => places.take("a"));
  place.letGo();
  place.letGo();
  assertEquals([place.hold(), places.taken], [false, 0]);
  places.take("a");
});

Deno.test("what cannot be made to leave takes room from its own address alone", () => {
  const places = new Places({ total: 1, perAddress: 1 });
  const place = places.take("a");
  place.abandon();
  place.abandon();
  full(() => places.take("a"));
  const other = places.take("b");
  other.letGo();
  place.letGo();
  assertEquals(places.taken, 0);
  places.take("a");
});

Deno.test("strangers of one address have fewer places, and whoever is known makes room for the next", () => {
  const places = new Places({ total: 10, perAddress: 4, strangersPerAddress: 2 });
  const [first, second] = [places.take("a"), places.take("a")];
  const { retryAfterMs } = full(() => places.take("a"));
  assertEquals(retryAfterMs, 5000);
  places.take("b");
  first.settle("anonymous");
  places.take("a");
  full(() => places.take("a"));
  second.letGo();
  const fourth = places.take("a");
  first.settle("proven");
  assertEquals(places.leastKnown()[0], fourth);
  fourth.settle("proven");
  places.take("a");
  full(() => places.take("a"));
});
