import { assertEquals } from "@std/assert";
import { z } from "zod";
import { ownStreamName, streamConversation, streamNames, valueCheck } from "../../lib/protocol/mod.ts";
import { pageStreamNames } from "../../lib/streams/page_streams.ts";

/** What a message's `type` may be, by its schema. */
function typesOf(schema: z.ZodType): string[] {
  const { properties, anyOf = [] } = z.toJSONSchema(schema, { io: "input" });
  const type = properties?.["type"];
  const own = typeof type === "object"
    ? [type.const, ...type.enum ?? []].filter((word) => word !== undefined)
    : [];
  return [...own.map(String), ...anyOf.flatMap((one) => typesOf(z.fromJSONSchema(one)))];
}

Deno.test("no stream of the operator's own can be taken for another message, another stream or a path", () => {
  const types = Object.values(streamConversation.messages).flatMap(({ kind }) => typesOf(kind.schema));
  assertEquals(types.includes("welcome") && types.includes("network_update"), true);
  for (const name of [...types, ...streamNames, ...pageStreamNames, "events"]) {
    assertEquals(ownStreamName.safeParse(name).success, false, name);
  }
});

Deno.test("a stream's name is a word that stands in a path and an event as it is", () => {
  for (const name of ["fees", "user:ada", "a.b-c_d", "F", "x".repeat(64)]) {
    assertEquals(ownStreamName.safeParse(name).success, true, name);
  }
  for (const name of ["", "9", "_x", "a b", "a/b", "a,b", "a\n", "é", "x".repeat(65), "__proto__"]) {
    assertEquals(ownStreamName.safeParse(name).success, false, name);
  }
});

Deno.test("values are objects, held against their schema where there is one", () => {
  const check = valueCheck({
    type: "object",
    properties: { fee: { type: "integer", maximum: 9 } },
    required: ["fee"],
  });
  assertEquals(check({ fee: 3, more: true }), undefined);
  assertEquals(check({ fee: 30 }), "fee: Too big: expected number to be <=9, got 30");
  assertEquals(check({}), "fee: expected number, received undefined, got nothing");
  assertEquals(valueCheck(undefined)({}), undefined);
  assertEquals(valueCheck(undefined)([1]) === undefined, false);
  assertEquals(
    valueCheck({ type: "array" })([1]) === undefined,
    false,
    "a list is no value, whatever the schema says",
  );
});
