import { assertEquals } from "@std/assert";
import { documents } from "../../scripts/build_reference.ts";

for (const [path, make] of Object.entries(documents)) {
  Deno.test(`${path} says what the source says; else run deno task docs`, async () => {
    assertEquals(await Deno.readTextFile(`${import.meta.dirname}/../../${path}`), await make());
  });
}
