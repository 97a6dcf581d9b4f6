import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FakeClock } from "../helpers/fake_clock.ts";
import { startGateway } from "../helpers/gateway.ts";
import { LogLines } from "../helpers/log_lines.ts";
import { Peer, signAuthentication, testKey } from "../helpers/peer.ts";
import { Scene } from "../helpers/scene.ts";
import { temporaryFolder } from "../engine/folder.ts";
import { until } from "../helpers/until.ts";

const listed = testKey(30);

/** Writes as a careful writer does: another file that takes the place of the first. */
async function write(path: string, content: unknown): Promise<void> {
  await Deno.writeTextFile(`${path}.new`, typeof content === "string" ? content : JSON.stringify(content));
  await Deno.rename(`${path}.new`, path);
}

async function start(content: unknown) {
  const folder = await temporaryFolder();
  const metagraph = `${folder.path}/metagraph.json`;
  await write(metagraph, content);
  const clock = new FakeClock();
  const scene = await Scene.start({ metagraph }, clock);
  const { registry } = scene.server.gateway.validator;
  return {
    scene,
    metagraph,
    registry,
    /** Moves the clock until the registry has read as often as `done` needs. */
    async until(done: () => boolean): Promise<void> {
      await until(done, "what is to happen", () => clock.advance(1000));
    },
    clock,
    async [Symbol.asyncDispose]() {
      await scene.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const entry = (uid: number, blacklisted?: boolean) => ({
  hotkey: listed.address,
  uid,
  ...(blacklisted === undefined ? {} : { blacklisted }),
});

Deno.test("the metagraph's miners may connect, and what is written later counts", async () => {
  await using server = await start({ miners: [entry(30)] });
  const { scene, metagraph, registry, until } = server;
  const peer = await scene.connect(listed);
  await write(metagraph, { miners: [entry(31), { hotkey: testKey(32).address, uid: 32 }] });
  await until(() => registry.find(listed.address)?.uid === 31);
  const newcomer = await scene.connect(testKey(32));
  await newcomer.close();
  await write(metagraph, { miners: [entry(31, true)] });
  await until(() => registry.find(listed.address)?.blacklisted === true);
  assertEquals(await peer.ended, { code: 1008, reason: "Not authorized" });
  assertEquals(peer.frames.at(-1)?.["message"], "Not authorized: hotkey is blacklisted");
  const again = await Peer.open(scene.server.ws);
  again.send(signAuthentication(listed, { now: scene.clock.now() }));
  assertEquals((await again.next())["message"], "Not authorized: hotkey is blacklisted");
  await again.ended;
});

Deno.test("a miner that the metagraph drops is disconnected", async () => {
  await using server = await start({ miners: [entry(30)] });
  const peer = await server.scene.connect(listed);
  await write(server.metagraph, { miners: [] });
  await server.until(() => server.registry.find(listed.address) === undefined);
  assertEquals((await peer.ended).code, 1008);
  assertEquals(peer.frames.at(-1)?.["message"], "Not authorized: hotkey is not registered");
});

Deno.test("a new version that cannot be read is reported, and the one before stays in force", async (test) => {
  const broken: readonly (readonly [string, unknown])[] = [
    ["not JSON", '{"miners": ['],
    ["another shape", { neurons: [] }],
    ["a hotkey that is none", { miners: [{ hotkey: "5abc", uid: 1 }] }],
    ["a hotkey listed twice", { miners: [entry(1), entry(2)] }],
    ["a uid that is none", { miners: [{ hotkey: listed.address, uid: -1 }] }],
    ["no file", null],
  ];
  await using server = await start({ miners: [entry(30)] });
  const { scene, metagraph, registry, until } = server;
  for (const [what, content] of broken) {
    await test.step(what, async () => {
      using lines = new LogLines("ERROR");
      if (content === null) await Deno.remove(metagraph);
      else await write(metagraph, content);
      await until(() => lines.text !== "");
      assertStringIncludes(lines.text, "Cannot read the metagraph");
      assertStringIncludes(lines.text, "the version read before stays in force");
      assertEquals(registry.find(listed.address)?.uid, 30);
      await server.clock.advance(5000);
      assertEquals(lines.text.trimEnd().split("\n").length, 1);
    });
  }
  const peer = await scene.connect(listed);
  await peer.close();
  await write(metagraph, { miners: [entry(33)] });
  await until(() => registry.find(listed.address)?.uid === 33);
});

Deno.test("the operator's entries take precedence over the metagraph's", async () => {
  await using server = await start({ miners: [entry(30)] });
  const { scene, registry, metagraph, until } = server;
  const peer = await scene.connect(listed);
  await scene.register(listed, 99, true);
  assertEquals((await peer.ended).code, 1008);
  await write(metagraph, { miners: [entry(31), { hotkey: testKey(40).address, uid: 40 }] });
  await until(() => registry.find(testKey(40).address) !== undefined);
  assertEquals(registry.find(listed.address), { hotkey: listed.address, uid: 99, blacklisted: true });
  const removed = await scene.server.admin("DELETE", `/admin/miners/${listed.address}`);
  assertEquals(removed, { hotkey: listed.address, removed: true, registered: true });
  assertEquals(registry.find(listed.address)?.uid, 31);
  const uids = registry.list().map(({ uid }) => uid);
  assertEquals(uids, [7, 31, 40]);
});

Deno.test("a start with a metagraph that cannot be read fails and names it", async () => {
  await using folder = await temporaryFolder();
  const metagraph = `${folder.path}/metagraph.json`;
  const error = await assertRejects(() => startGateway({ metagraph }), Error);
  assertStringIncludes(error.message, metagraph);
  await write(metagraph, "[]");
  assert((await assertRejects(() => startGateway({ metagraph }), Error)).message.includes(metagraph));
});
