import { assertEquals } from "@std/assert";
import { type CryptoPool, cryptoReady, keypairFromSeed } from "../../lib/crypto/mod.ts";
import { Notary } from "../../lib/validator/notary.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

Deno.test("a single signature is made here, several at once or while the workers have work are theirs", async () => {
  await cryptoReady();
  const clock = new FakeClock();
  const given: string[] = [];
  const pool = {
    pending: 0,
    backlog: 0,
    sign: (text: string) => Promise.resolve(given.push(text)).then(() => "a worker's"),
  };
  const keypair = keypairFromSeed(new Uint8Array(32));
  const notary = new Notary({ pool: pool as unknown as CryptoPool, keypair, clock });
  await Promise.all(["a", "b", "c"].map((text) => notary.sign(text)));
  assertEquals(given, ["b", "c"]);
  await clock.advance(1);
  await notary.sign("d");
  pool.pending = 1;
  await clock.advance(1);
  await notary.sign("e");
  assertEquals(given, ["b", "c", "e"]);
});
