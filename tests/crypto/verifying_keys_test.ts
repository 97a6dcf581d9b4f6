import { assert, assertEquals, assertThrows } from "@std/assert";
import { encodeAddress } from "../../lib/crypto/mod.ts";
import { VerifyingKeys } from "../../lib/crypto/verifying_keys.ts";
import { signedMessages } from "../helpers/signed_messages.ts";

const [first, second, third] = signedMessages.keys.map(({ address }) => address) as [string, string, string];

Deno.test("VerifyingKeys.get() drops the least recently used beyond its limit", () => {
  const keys = new VerifyingKeys(2);
  const kept = keys.get(first);
  keys.get(second);
  keys.get(first);
  keys.get(third);
  assertEquals(keys.size, 2);
  assert(keys.get(first) === kept);
});

Deno.test("VerifyingKeys.get() keeps nothing of what is no address, or not of a key", () => {
  const keys = new VerifyingKeys(2);
  assertThrows(() => keys.get("nobody"));
  assertThrows(
    () => keys.get(encodeAddress(new Uint8Array(32).fill(255))),
    RangeError,
    "not an sr25519 key",
  );
  assertEquals(keys.size, 0);
});
