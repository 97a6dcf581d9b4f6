import { assert, assertEquals } from "@std/assert";
import { hexToBytes } from "@noble/hashes/utils.js";
import { cryptoReady, keypairFromSeed, verifySignature } from "../../lib/crypto/mod.ts";
import { signedMessages } from "../helpers/signed_messages.ts";

await cryptoReady();

for (const { name, wire, signed, valid } of signedMessages.vectors) {
  Deno.test(`verifySignature() says whether a message is genuine: ${name}`, () => {
    const { signature, sender, hotkey } = JSON.parse(wire);
    assertEquals(verifySignature(signed, signature, sender ?? hotkey), valid);
  });
}

for (const { seed, address } of signedMessages.keys) {
  Deno.test(`Keypair.sign() makes signatures that verify: ${address}`, () => {
    const keypair = keypairFromSeed(hexToBytes(seed));
    for (const { signed } of signedMessages.vectors) {
      const signature = keypair.sign(signed);
      assert(verifySignature(signed, signature, address));
      assert(!verifySignature(`${signed} `, signature, address));
    }
  });
}
