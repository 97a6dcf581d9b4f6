import { assert, assertEquals } from "@std/assert";
import type { Keypair } from "../../lib/crypto/mod.ts";
import { attachSignature, composeText } from "../../lib/protocol/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { freshNonce, Peer, signAuthentication, testKey } from "../helpers/peer.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";

const behindProxy = { "http.trusted_proxies": ["127.0.0.1/32"], "http.rate_limit": 1e6 };
const attacker = { "x-forwarded-for": "203.0.113.66" };
/** Bad signatures that one address gets verified at once, and the most that may be under way when they are found out. */
const putUpWith = 100 + 96;

/** A prediction in the name of `victim` whose signature is that of something else. */
function forge(victim: Keypair, now: number): string {
  const data = samplePrediction("forged");
  const text = composeText({ type: "prediction", sender: victim.address, data, now, nonce: freshNonce() });
  return attachSignature(text, victim.sign("something else"));
}

/** Sends what is forged all at once; answers how many of it were refused with which status. */
async function flood({ server }: Scene, bodies: readonly string[]): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {};
  await Promise.all(bodies.map(async (body) => {
    const response = await fetch(`${server.url}/api/v1/predictions`, {
      method: "POST",
      body,
      headers: attacker,
    });
    await response.body?.cancel();
    statuses[response.status] = (statuses[response.status] ?? 0) + 1;
  }));
  return statuses;
}

Deno.test("an address that floods with bad signatures keeps nobody's predictions from being confirmed", async () => {
  await using scene = await Scene.start(behindProxy, new FakeClock());
  const victims = Array.from({ length: 60 }, (_, index) => testKey(100 + index));
  await Promise.all(victims.map((key, index) => scene.register(key, 100 + index)));
  const peer = await scene.connect();
  const { verify } = scene.server.gateway.hub.activity.signatures;
  const before = verify.count;
  const now = scene.clock.now();
  const bodies = victims.flatMap((victim) => Array.from({ length: 15 }, () => forge(victim, now)));
  const flooding = flood(scene, bodies);
  const confirmed = [];
  for (let count = 0; count < 10; count++) {
    peer.send(scene.sign("prediction", samplePrediction(`p${count}`, { wager: 1 })));
    confirmed.push(dataOf(await peer.next(({ type }) => type !== "heartbeat"))["status"]);
  }
  assertEquals(confirmed, Array(10).fill("success"));
  const statuses = await flooding;
  assertEquals(Object.keys(statuses), ["401", "429"]);
  assert(verify.count - before <= putUpWith + 10, `${verify.count - before} were verified`);
  await peer.close();
});

Deno.test("what is forged in a miner's name at its own address does not keep its connection from being served", async () => {
  await using scene = await Scene.start(behindProxy, new FakeClock());
  const peer = new Peer(scene.server.ws, { headers: attacker });
  await peer.opened;
  peer.send(signAuthentication(scene.key, { now: scene.clock.now() }));
  await peer.next(({ type }) => type === "welcome");
  const forged = (count: number) => Array.from({ length: count }, () => forge(scene.key, scene.clock.now()));
  await flood(scene, forged(60));
  peer.send(scene.sign("prediction", samplePrediction("p1")));
  assertEquals(dataOf(await peer.next())["status"], "success");
  await peer.close();
});

Deno.test("a neighbour's forgeries in a miner's name do not keep it from predicting over HTTP and from coming back", async () => {
  await using scene = await Scene.start(behindProxy, new FakeClock());
  const submit = async (name: string) => {
    const body = scene.sign("prediction", samplePrediction(name));
    return (await scene.call("POST", "/api/v1/predictions", { body, headers: attacker })).status;
  };
  assertEquals(await submit("p1"), 200);
  const forged = Array.from({ length: 60 }, () => forge(scene.key, scene.clock.now()));
  assertEquals(await flood(scene, forged), { 401: 60 });
  assertEquals(await submit("p2"), 200);
  const peer = new Peer(scene.server.ws, { headers: attacker });
  await peer.opened;
  peer.send(signAuthentication(scene.key, { now: scene.clock.now() }));
  assertEquals((await peer.next()).type, "welcome");
  await peer.close();
});

Deno.test("who has not authenticated is refused from the address of a flood, who has goes on", async () => {
  await using scene = await Scene.start(behindProxy, new FakeClock());
  const now = scene.clock.now();
  const victims = Array.from({ length: 10 }, (_, index) => testKey(100 + index));
  await Promise.all(victims.map((key, index) => scene.register(key, 100 + index)));
  const submit = async (name: string, key: Keypair, headers: HeadersInit) => {
    const body = scene.sign("prediction", samplePrediction(name, { wager: 1 }), { key });
    return (await scene.call("POST", "/api/v1/predictions", { body, headers })).status;
  };
  assertEquals(await submit("p1", scene.key, attacker), 200);
  for (const victim of victims) await flood(scene, Array.from({ length: 15 }, () => forge(victim, now)));
  assertEquals(await submit("p2", scene.key, attacker), 200);
  const fresh = testKey(9);
  await scene.register(fresh, 9);
  assertEquals(await submit("p3", fresh, attacker), 429);
  const elsewhere = { "x-forwarded-for": "198.51.100.7" };
  assertEquals(await submit("p3", fresh, elsewhere), 422);
});

Deno.test("the clients of one address may send so many frames before they authenticate, on however many connections", async () => {
  await using scene = await Scene.start(
    { "http.rate_limit": 3, "websocket.rate_limit": 1000 },
    new FakeClock(),
  );
  const peers = await Promise.all([1, 2, 3, 4].map(() => Peer.open(scene.server.ws)));
  const codes = [];
  for (let count = 0; count < 3; count++) {
    for (const peer of peers) {
      peer.send("{}");
      codes.push((await peer.next())["code"]);
    }
  }
  assertEquals(codes, Array(12).fill("invalid_message"));
  for (const peer of peers) {
    peer.send(signAuthentication(scene.key, { now: scene.clock.now() }));
    assertEquals((await peer.next())["code"], "rate_limited");
  }
  await Promise.all(peers.map((peer) => peer.close()));
});
