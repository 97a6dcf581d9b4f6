import { assertEquals } from "@std/assert";
import { parseMessage, readEnvelope } from "../../lib/protocol/mod.ts";
import { testKey } from "../helpers/peer.ts";
import { Harness, predictionOf } from "./harness.ts";
import { until } from "../helpers/until.ts";

/** Whom the messages that came in so far were for, over WebSocket. */
const validatorsOf = ({ validator }: Harness) =>
  validator.latestPeer.received.map((text) => parseMessage(text)["validator"]);

Deno.test("all that a miner signs names the validator, whose hotkey it asks for before the first", async () => {
  await using miner = new Harness();
  await miner.connect();
  await miner.client.submit(predictionOf("a"));
  await miner.client.idle();
  const { address } = miner.validator.key;
  assertEquals(validatorsOf(miner), [address, address]);
  assertEquals(miner.validator.faults, []);
});

Deno.test("predictions over HTTP name the validator too", async () => {
  await using miner = new Harness({ websocketEnabled: false });
  const named: unknown[] = [];
  miner.validator.onMessage = (_ids, envelope) => {
    named.push(
      readEnvelope(parseMessage(`{"type": "x", "sender": "x", "timestamp": "x", "nonce": "x",
      "signature": "${"0".repeat(128)}", "validator": "${envelope.validator}"}`)).validator,
    );
    return "decide";
  };
  await miner.client.start();
  await miner.client.submit(predictionOf("a"));
  await miner.client.idle();
  assertEquals(named, [miner.validator.key.address]);
});

Deno.test("a hotkey that was given is signed for without asking", async () => {
  const { address } = testKey(3);
  await using miner = new Harness({ hotkey: address });
  await miner.client.start();
  await until(() => miner.validator.peers.length > 0 && miner.validator.latestPeer.received.length > 0);
  assertEquals(validatorsOf(miner), [address]);
});

Deno.test("a validator that does not say who it is, is named from its welcome on", async () => {
  await using miner = new Harness();
  const { fetch } = miner.validator;
  const client = miner.newClient({
    fetch: (url, init) =>
      String(url).endsWith("/ws/health") ? Promise.reject(new TypeError("gone")) : fetch(url, init),
  });
  await client.start();
  await miner.state("authenticated");
  await client.submit(predictionOf("a"));
  await client.idle();
  assertEquals(validatorsOf(miner), [undefined, miner.validator.key.address]);
});

Deno.test("a hotkey that a validator names and does not sign with is not kept", async () => {
  await using miner = new Harness();
  const { fetch } = miner.validator;
  let named = testKey(3).address;
  miner.newClient({
    fetch: (url, init) =>
      String(url).endsWith("/ws/health")
        ? Promise.resolve(Response.json({ validator: named }))
        : fetch(url, init),
  });
  await miner.client.start();
  await until(() => miner.problems.includes("wrong_sender"));
  named = miner.validator.key.address;
  await miner.clock.advance(10_000);
  await miner.nextAttempt();
  await miner.state("authenticated");
});
