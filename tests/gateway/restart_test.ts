import { assertEquals } from "@std/assert";
import { marksKey } from "../../lib/engine/kv/feed_marks.ts";
import { openEngine, PredictionRepository } from "../../lib/engine/mod.ts";
import { renderSigned } from "../../lib/protocol/mod.ts";
import { temporaryFolder } from "../engine/folder.ts";
import { freshNonce, Peer, signAuthentication } from "../helpers/peer.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";
import { until } from "../helpers/until.ts";

/** The headers of a signed query. */
function claim(scene: Scene): Record<string, string> {
  const [timestamp, nonce] = [new Date().toISOString(), freshNonce()];
  const signature = scene.key.sign(renderSigned({ hotkey: scene.key.address, nonce, timestamp }));
  return {
    "x-hotkey": scene.key.address,
    "x-timestamp": timestamp,
    "x-nonce": nonce,
    "x-signature": signature,
  };
}

async function confirmations(scene: Scene, query: string, headers = claim(scene)) {
  const path = `/api/v1/confirmations?hotkey=${scene.key.address}&${query}`;
  const { status, body } = await scene.call("GET", path, { headers });
  const sequences = (body["confirmations"] as object[] | undefined)?.map((frame) => {
    const { receipt } = dataOf(JSON.parse(JSON.stringify(frame))) as { receipt: { sequence: number } };
    return receipt.sequence;
  });
  return { status, sequences, next: body["next"], recovered: body["recovered"], epoch: body["epoch"] };
}

async function submitBatches(scene: Scene, batches: number, size: number): Promise<void> {
  for (let batch = 0; batch < batches; batch += 1) {
    const predictions = Array.from(
      { length: size },
      (_, index) => samplePrediction(`p${batch}-${index}`, { wager: 0.01 }),
    );
    assertEquals((await scene.submit({ predictions })).status, 200);
  }
}

Deno.test("after a restart everything that was confirmed can be read, page by page, to the last one", async () => {
  await using folder = await temporaryFolder();
  const kv = `${folder.path}/store.db`;
  let before: string;
  {
    await using scene = await Scene.start({ store: kv });
    await submitBatches(scene, 3, 50);
    before = String((await confirmations(scene, "since=0")).epoch);
  }
  await using scene = await Scene.start({ store: kv });
  const all = Array.from({ length: 150 }, (_, index) => index + 1);
  const whole = await confirmations(scene, "since=0");
  assertEquals([whole.sequences, whole.next], [all, undefined]);
  const within = await confirmations(scene, `since=120&epoch=${before}&limit=20`);
  assertEquals([within.sequences, within.next, within.recovered], [all.slice(120, 140), 140, true]);
  for (const more of ["", "&epoch=another"]) {
    const read: number[] = [];
    let since: unknown = more === "" ? 0 : 150;
    let pages = 0;
    while (since !== undefined) {
      const page = await confirmations(scene, `since=${since}${more}&limit=70`);
      read.push(...page.sequences ?? []);
      since = page.next;
      pages += 1;
    }
    assertEquals([read, pages], [all, 3]);
  }
});

Deno.test("what was missed within an epoch comes in pages as well", async () => {
  await using scene = await Scene.start();
  await submitBatches(scene, 1, 5);
  const { epoch } = await confirmations(scene, "since=0");
  const first = await confirmations(scene, `since=1&epoch=${epoch}&limit=3`);
  assertEquals([first.sequences, first.recovered, first.next], [[2, 3, 4], true, 4]);
  const last = await confirmations(scene, `since=4&epoch=${epoch}&limit=3`);
  assertEquals([last.sequences, last.recovered, last.next], [[5], true, undefined]);
  for (const limit of ["0", "1001", "x"]) {
    assertEquals((await confirmations(scene, `since=0&limit=${limit}`)).status, 400);
  }
});

Deno.test("after old predictions are pruned the younger ones are read, in pages, and receipts go on", async () => {
  await using folder = await temporaryFolder();
  const kv = `${folder.path}/store.db`;
  {
    await using scene = await Scene.start({ store: kv });
    await submitBatches(scene, 1, 10);
  }
  {
    using engine = await openEngine(kv);
    const predictions = new PredictionRepository(engine);
    assertEquals(await predictions.prune(Infinity, 4), 4);
  }
  await using scene = await Scene.start({ store: kv });
  const first = await confirmations(scene, "since=0&limit=4");
  assertEquals([first.sequences, first.recovered], [[5, 6, 7, 8], false]);
  const second = await confirmations(scene, `since=${first.next}&limit=4`);
  assertEquals([second.sequences, second.next], [[9, 10], undefined]);
  const { predictions } = await scene.server.admin("GET", "/admin/predictions?limit=2");
  assertEquals((predictions as { sequence: number }[]).map(({ sequence }) => sequence), [5, 6]);
  const { status, body } = await scene.submit(samplePrediction("after", { wager: 0.01 }));
  const { receipt } = dataOf(JSON.parse(JSON.stringify(body))) as { receipt: { sequence: number } };
  assertEquals([status, receipt.sequence], [200, 11]);
});

Deno.test("a server that has stopped leaves nothing for which another one would go on telling it what it commits", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  const marks = async () => {
    using kv = await Deno.openKv(path);
    return (await kv.get<unknown[]>(marksKey)).value?.length;
  };
  {
    await using _scene = await Scene.start({ store: path });
    await until(async () => await marks() === 1, "the server to follow");
  }
  assertEquals(await marks(), 0);
});

Deno.test("neither an authentication nor a signed read is accepted again after a restart, or by another server", async () => {
  await using folder = await temporaryFolder();
  const kv = `${folder.path}/store.db`;
  await using first = await Scene.start({ store: kv });
  const authentication = signAuthentication(first.key, { now: Date.now() });
  const peer = await Peer.open(first.server.ws);
  peer.send(authentication);
  assertEquals((await peer.next()).type, "welcome");
  await peer.close();
  const headers = claim(first);
  assertEquals((await confirmations(first, "since=0", headers)).status, 200);
  const replay = async (scene: Scene) => {
    const again = await Peer.open(scene.server.ws);
    again.send(authentication);
    assertEquals((await again.next())["code"], "replayed");
    await again.ended;
    assertEquals((await confirmations(scene, "since=0", headers)).status, 409);
  };
  {
    await using second = await Scene.start({ store: kv });
    await replay(second);
  }
  await first.stop();
  await using third = await Scene.start({ store: kv });
  await replay(third);
  assertEquals((await confirmations(third, "since=0")).status, 200);
});

/** The types and offsets of the frames that come after a welcome. */
async function offsetsAfter(peer: Peer, count: number): Promise<unknown[]> {
  const seen: unknown[] = [];
  while (seen.length < count) {
    const { type, ...frame } = await peer.next();
    seen.push([type, dataOf({ type, ...frame })["offset"]]);
  }
  return seen;
}

Deno.test("after a restart a miner gets exactly what it missed, in games and confirmations", async () => {
  await using folder = await temporaryFolder();
  const kv = `${folder.path}/store.db`;
  let position: { epoch: string; games: number; confirmations: number };
  {
    await using scene = await Scene.start({ store: kv });
    await scene.submit(samplePrediction("p1"));
    const { peer, welcome } = await Peer.authenticated(scene.server.ws, scene.key);
    const { epoch, channels } = dataOf(welcome) as {
      epoch: string;
      channels: { games: number; confirmations: number };
    };
    position = { epoch, ...channels };
    assertEquals([position.games, position.confirmations], [1, 1]);
    await peer.close();
    await scene.addGames([sampleGame("g2")]);
    await scene.submit(samplePrediction("p2"));
    await scene.submit(samplePrediction("p3", { wager: -1 }));
  }
  await using scene = await Scene.start({ store: kv });
  // One that is back at once, before anything is published anew.
  const { epoch } = position;
  const recover = {
    games: { epoch, offset: position.games },
    confirmations: { epoch, offset: position.confirmations },
  };
  for (const _ of [1, 2]) {
    const { peer, welcome } = await Peer.authenticated(scene.server.ws, scene.key, recover);
    assertEquals(dataOf(welcome)["epoch"], epoch);
    assertEquals(dataOf(welcome)["recovered"], { games: true, confirmations: true });
    assertEquals(await offsetsAfter(peer, 3), [["confirmation", 2], ["confirmation", 3], ["game_update", 2]]);
    assertEquals(dataOf(peer.frames.find((frame) => dataOf(frame)["offset"] === 3))["status"], "error");
    await peer.close();
  }
  // Numbering goes on.
  const { peer } = await Peer.authenticated(scene.server.ws, scene.key, recover);
  await offsetsAfter(peer, 3);
  assertEquals((await scene.addGames([sampleGame("g3")]))["offset"], 3);
  assertEquals(await offsetsAfter(peer, 1), [["game_update", 3]]);
  await scene.submit(samplePrediction("p4"));
  assertEquals(await offsetsAfter(peer, 1), [["confirmation", 4]]);
  await peer.close();
  const { body } = await scene.call("GET", `/api/v1/games?since=1&epoch=${epoch}`);
  assertEquals([body["recovered"], (body["games"] as object[]).length], [true, 2]);
});
