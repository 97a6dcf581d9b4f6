import { assertEquals } from "@std/assert";
import { renderSigned } from "../../lib/protocol/mod.ts";
import { temporaryFolder } from "../engine/folder.ts";
import { freshNonce, Peer, signAuthentication } from "../helpers/peer.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { dataOf, Scene } from "../helpers/scene.ts";

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
    await using scene = await Scene.start({ kv });
    await submitBatches(scene, 3, 50);
    before = String((await confirmations(scene, "since=0")).epoch);
  }
  await using scene = await Scene.start({ kv });
  const all = Array.from({ length: 150 }, (_, index) => index + 1);
  const whole = await confirmations(scene, "since=0");
  assertEquals([whole.sequences, whole.next], [all, undefined]);
  for (const more of ["", `&epoch=${before}`]) {
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

Deno.test("neither an authentication nor a signed read is accepted again after a restart, or by another server", async () => {
  await using folder = await temporaryFolder();
  const kv = `${folder.path}/store.db`;
  await using first = await Scene.start({ kv });
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
    await using second = await Scene.start({ kv });
    await replay(second);
  }
  await first.stop();
  await using third = await Scene.start({ kv });
  await replay(third);
  assertEquals((await confirmations(third, "since=0")).status, 200);
});
