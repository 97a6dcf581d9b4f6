import { assertEquals } from "@std/assert";
import { Peer, signAuthentication, testKey } from "../helpers/peer.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { Scene } from "../helpers/scene.ts";

/** An authentication of the scene's miner that another key signed. */
function forge(scene: Scene): string {
  const message = JSON.parse(signAuthentication(scene.key, { now: scene.clock.now() }));
  const foreign = JSON.parse(signAuthentication(testKey(99), { now: scene.clock.now() }));
  return JSON.stringify({ ...message, signature: foreign.signature });
}

async function answerTo(scene: Scene, frame: string): Promise<unknown> {
  const peer = await Peer.open(scene.server.ws);
  peer.send(frame);
  const { code, type } = await peer.next();
  await peer.close();
  return code ?? type;
}

Deno.test("many bad signatures for one hotkey are refused unverified, and others are served meanwhile", async () => {
  await using scene = await Scene.start({}, new FakeClock());
  const other = testKey(8);
  await scene.register(other, 8);
  const codes = [];
  for (let attempt = 0; attempt < 25; attempt++) codes.push(await answerTo(scene, forge(scene)));
  assertEquals(codes, [...Array(20).fill("not_authorized"), ...Array(5).fill("rate_limited")]);
  const now = scene.clock.now();
  assertEquals(await answerTo(scene, signAuthentication(other, { now })), "welcome");
});

Deno.test("after a while without bad signatures the hotkey is served again", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({}, clock);
  for (let attempt = 0; attempt < 21; attempt++) await answerTo(scene, forge(scene));
  await clock.advance(1000);
  assertEquals(await answerTo(scene, signAuthentication(scene.key, { now: clock.now() })), "welcome");
});
