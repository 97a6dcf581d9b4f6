import { assertEquals } from "@std/assert";
import { failureOf } from "../../../lib/engine/postgres/failure.ts";

Deno.test("what a failure means is read from its code: the database's, or else the connection's", () => {
  const kinds = {
    "40001": "conflict",
    "40P01": "conflict",
    "53100": "refused",
    "55P03": "refused",
    "57P01": "unknown",
    "25006": "unknown",
    "25P03": "unknown",
    EPIPE: "unknown",
    ECONNRESET: "unknown",
    CONNECTION_CLOSED: "unknown",
  };
  for (const [code, kind] of Object.entries(kinds)) {
    assertEquals([code, failureOf({ code, message: "no" }).kind], [code, kind]);
  }
  assertEquals(failureOf(new TypeError("no")).kind, "unknown");
});
