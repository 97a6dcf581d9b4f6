import { assertEquals } from "@std/assert";
import { nearest } from "../../lib/config/errors.ts";

const known = ["port", "host", "websocket.max_queue", "websocket.max_connections"];

Deno.test("nearest() finds misspellings, other separators and names without their section", () => {
  assertEquals(nearest("prot", known), "port");
  assertEquals(nearest("WEBSOCKET-MAX_QUEUE", known), "websocket.max_queue");
  assertEquals(nearest("max_connections", known), "websocket.max_connections");
  assertEquals(nearest("websocket.max_conections", known), "websocket.max_connections");
});

Deno.test("nearest() gives no guess where nothing comes near", () => {
  assertEquals(nearest("frobnicate", known), undefined);
  assertEquals(nearest("x".repeat(100_000), known), undefined);
  assertEquals(nearest("port", []), undefined);
});
