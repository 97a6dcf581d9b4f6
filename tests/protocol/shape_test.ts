import { assertEquals } from "@std/assert";
import { type Shape, streams } from "../../lib/protocol/mod.ts";
import {
  fits,
  list,
  number,
  object,
  optional,
  orNull,
  record,
  text,
  word,
} from "../../lib/protocol/shape.ts";

interface Weather {
  readonly sky: "clear" | "grey";
  readonly degrees: number | null;
  readonly winds: readonly number[];
  readonly rain: { readonly today?: number };
  readonly note?: string;
}

const weather = object<Weather>({
  sky: word("clear", "grey"),
  degrees: orNull(number()),
  winds: list(number()),
  rain: record(["today"], number()),
  note: optional(text()),
});
const some: Weather = { sky: "clear", degrees: null, winds: [3], rain: { today: 1 } };

Deno.test("a value fits when its fields are there, each of its type", () => {
  assertEquals(fits(weather, some), true);
  const others = [
    null,
    [some],
    { ...some, degrees: "3" },
    { ...some, winds: [null] },
    { ...some, rain: { today: "much" } },
    { ...some, sky: undefined },
  ];
  assertEquals(others.map((value) => fits(weather, value)), others.map(() => false));
});

Deno.test("words and fields that are not known are let pass: whoever sent them may be newer", () => {
  assertEquals(fits(weather, { ...some, sky: "stormy", tides: [] }), true);
});

Deno.test("the example of each stream is what the stream carries", () => {
  for (const [name, { data, example }] of Object.entries(streams)) {
    assertEquals(fits(data as Shape, example), true, name);
  }
});
