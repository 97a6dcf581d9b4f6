import { assertEquals, assertMatch } from "@std/assert";
import { adminToken } from "../../helpers/gateway.ts";
import { testKey } from "../../helpers/peer.ts";
import { TemporaryFolder } from "../../helpers/process.ts";
import { Scene } from "../../helpers/scene.ts";

const [a, b, c] = [testKey(8).address, testKey(9).address, testKey(10).address];

async function post(scene: Scene, path: string, body: unknown) {
  const headers = { authorization: `Bearer ${adminToken}` };
  return await scene.call("POST", path, { headers, body: JSON.stringify(body) });
}

function uids(scene: Scene) {
  return scene.server.gateway.validator.registry.list().map(({ uid, blacklisted }) => [uid, blacklisted]);
}

Deno.test("a metagraph is imported as a whole, after a look at what it changes", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  await scene.server.admin("PUT", `/admin/miners/${a}`, { uid: 8 });
  const list = { miners: [{ hotkey: a, uid: 18 }, { hotkey: b, uid: 9, blacklisted: true }] };
  const { body } = await post(scene, "/admin/metagraph/diff", list);
  assertEquals(body, {
    added: [{ hotkey: b, uid: 9, blacklisted: true }],
    changed: [{
      before: { hotkey: a, uid: 8, blacklisted: false },
      now: { hotkey: a, uid: 18, blacklisted: false },
    }],
    removed: [{ hotkey: scene.key.address, uid: 7, blacklisted: false }],
  });
  assertEquals(uids(scene), [[7, false], [8, false]]);
  assertEquals((await post(scene, "/admin/metagraph", list)).body, body);
  assertEquals(uids(scene), [[9, true], [18, false]]);
  assertEquals((await peer.ended).code, 1008);
  assertEquals((await post(scene, "/admin/metagraph", list)).body, { added: [], changed: [], removed: [] });
});

Deno.test("what a metagraph file lists stays, and is not written again", async () => {
  await using folder = await TemporaryFolder.make();
  const metagraph = `${folder.path}/metagraph.json`;
  await Deno.writeTextFile(metagraph, JSON.stringify({ miners: [{ hotkey: c, uid: 10 }] }));
  await using scene = await Scene.start({ metagraph });
  const { body } = await post(scene, "/admin/metagraph", { miners: [{ hotkey: c, uid: 10 }] });
  assertEquals([body["added"], body["changed"]], [[], []]);
  assertEquals(uids(scene), [[10, false]]);
});

Deno.test("a list that a metagraph file may not hold is refused, and changes nothing", async () => {
  await using scene = await Scene.start();
  const bad = [
    [{ miners: [{ hotkey: "x", uid: 1 }] }, /hotkey "x" is not an SS58 address/],
    [{ miners: [{ hotkey: a, uid: 1 }, { hotkey: a, uid: 2 }] }, /listed twice/],
    [{ miners: [{ hotkey: a, uid: -1 }] }, /miners\.0\.uid/],
    [{}, /miners/],
  ] as const;
  for (const [list, reason] of bad) {
    for (const path of ["/admin/metagraph/diff", "/admin/metagraph"]) {
      const { status, body } = await post(scene, path, list);
      assertEquals(status, 400);
      assertMatch(String(body["message"]), reason);
    }
  }
  assertEquals(uids(scene), [[7, false]]);
});

Deno.test("many miners are imported at once", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  const miners = [
    { hotkey: scene.key.address, uid: 7 },
    ...Array.from(
      { length: 600 },
      (_, index) => ({ hotkey: testKey(1000 + index).address, uid: 1000 + index }),
    ),
  ];
  const { body } = await post(scene, "/admin/metagraph", { miners });
  assertEquals((body["added"] as unknown[]).length, 600);
  assertEquals(uids(scene).length, 601);
  await peer.close();
});
