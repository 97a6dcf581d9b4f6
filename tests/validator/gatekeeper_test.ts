import { assertEquals, assertRejects } from "@std/assert";
import { CryptoPool } from "../../lib/crypto/mod.ts";
import { formatTimestamp, Refusal } from "../../lib/protocol/mod.ts";
import { Gatekeeper } from "../../lib/validator/gatekeeper.ts";
import { NonceWindow } from "../../lib/validator/nonce_window.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

/** A gatekeeper whose pool answers when the test says so. */
function createGatekeeper() {
  const clock = new FakeClock();
  const pool = new CryptoPool({ workers: 1 });
  const verdict = Promise.withResolvers<boolean>();
  pool.verify = () => verdict.promise;
  let registration = { hotkey: "A", uid: 7, blacklisted: false };
  const gatekeeper = new Gatekeeper({
    address: "",
    find: () => registration,
    nonces: new NonceWindow(),
    kept: { claim: () => Promise.resolve(true) },
    pool,
    clock,
  });
  return {
    gatekeeper,
    verdict,
    claim: {
      signer: "A",
      timestamp: formatTimestamp(clock.now()),
      nonce: "n",
      signature: "",
      signedText: "",
    },
    blacklist: () => void (registration = { ...registration, blacklisted: true }),
    [Symbol.dispose]: () => pool.close(),
  };
}

Deno.test("a miner blacklisted while its signature is being verified is refused", async () => {
  using scene = createGatekeeper();
  const admitted = scene.gatekeeper.admit(scene.claim, { address: "127.0.0.1" });
  scene.blacklist();
  scene.verdict.resolve(true);
  const refusal = await assertRejects(() => admitted, Refusal);
  assertEquals([refusal.code, refusal.detail], ["not_authorized", "hotkey is blacklisted"]);
});

Deno.test("of two messages with one nonce that are verified at the same time one is a replay", async () => {
  using scene = createGatekeeper();
  const both = [
    scene.gatekeeper.admit(scene.claim, { address: "127.0.0.1" }),
    scene.gatekeeper.admit(scene.claim, { address: "127.0.0.1" }),
  ];
  scene.verdict.resolve(true);
  const [first, second] = await Promise.allSettled(both);
  assertEquals([first?.status, second?.status], ["fulfilled", "rejected"]);
});

Deno.test("who is not registered costs no rendering of what it signed", async () => {
  using scene = createGatekeeper();
  scene.blacklist();
  const claim = {
    ...scene.claim,
    get signedText(): string {
      throw new Error("rendered");
    },
  };
  const refusal = await assertRejects(() => scene.gatekeeper.admit(claim, { address: "127.0.0.1" }), Refusal);
  assertEquals(refusal.detail, "hotkey is blacklisted");
});
