import { assertEquals, assertThrows } from "@std/assert";
import { parseValidator, validatorUrls } from "../../lib/client/mod.ts";

const spellings: [given: string, socket: string, http: string][] = [
  ["ws://v.test:10401", "ws://v.test:10401/ws", "http://v.test:10401"],
  ["wss://v.test", "wss://v.test/ws", "https://v.test"],
  ["http://v.test:10401/", "ws://v.test:10401/ws", "http://v.test:10401"],
  ["https://v.test/ws", "wss://v.test/ws", "https://v.test"],
  ["v.test:10401", "ws://v.test:10401/ws", "http://v.test:10401"],
  ["127.0.0.1:10401", "ws://127.0.0.1:10401/ws", "http://127.0.0.1:10401"],
  ["[::1]:10401", "ws://[::1]:10401/ws", "http://[::1]:10401"],
  ["wss://v.test/gateway/ws", "wss://v.test/gateway/ws", "https://v.test/gateway"],
  ["wss://v.test/gateway/ws?k=1", "wss://v.test/gateway/ws?k=1", "https://v.test/gateway"],
];

for (const [given, socket, http] of spellings) {
  Deno.test(`validatorUrls() reads ${given}`, () => assertEquals(validatorUrls(given), { socket, http }));
}

Deno.test("validatorUrls() refuses what is no address", () => {
  for (const address of ["", "ftp://v.test", "ws://", "not an address"]) {
    assertThrows(() => validatorUrls(address), SyntaxError, "Cannot use validator");
  }
});

Deno.test("parseValidator() takes the hotkey after # or a blank", () => {
  for (const text of ["ws://v.test#5Abc", "ws://v.test # 5Abc", " ws://v.test 5Abc "]) {
    assertEquals(parseValidator(text), { url: "ws://v.test", hotkey: "5Abc" });
  }
  assertEquals(parseValidator("ws://v.test"), { url: "ws://v.test", hotkey: undefined });
});
