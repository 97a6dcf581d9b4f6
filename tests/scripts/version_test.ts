import { assertEquals, assertThrows } from "@std/assert";
import { versionFrom } from "../../scripts/version.ts";

Deno.test("the version is that of the commit's tag, or comes after it", () => {
  assertEquals(versionFrom("v1.2.3-0-gabcdef0", "0.1.0"), "1.2.3");
  assertEquals(versionFrom("v1.2.3-14-gabcdef0", "0.1.0"), "1.2.4-dev.14");
  assertEquals(versionFrom("v2.0.0-rc.1-0-gabcdef0", "0.1.0"), "2.0.0-rc.1");
  assertEquals(versionFrom("v2.0.0-rc.1-3-gabcdef0", "0.1.0"), "2.0.0-rc.1.dev.3");
});

Deno.test("without a tag the version is one before the first", () => {
  assertEquals(versionFrom(undefined, "0.1.0"), "0.1.0-dev");
});

Deno.test("a tag that is no version is refused", () => {
  assertThrows(() => versionFrom("vnext-0-gabcdef0", "0.1.0"), TypeError, '"next"');
});
