import { assertEquals } from "@std/assert";
import { FakeNode } from "../helpers/fake_node.ts";
import { type Frame, Peer, signMessage, testKey } from "../helpers/peer.ts";
import { ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { dataOf } from "../helpers/scene.ts";

Deno.test("a miner that comes back to a server that was killed gets exactly what it missed", async () => {
  await using folder = await TemporaryFolder.make();
  const key = testKey(7);
  let epoch: unknown;
  {
    await using server = await ServerProcess.start({ cwd: folder.path });
    await server.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
    await server.admin("POST", "/admin/games", { games: [sampleGame()] });
    const { peer, welcome } = await Peer.authenticated(server.ws, key);
    epoch = dataOf(welcome)["epoch"];
    await peer.close();
    for (const id of ["p1", "p2"]) {
      const body = signMessage(key, "prediction", samplePrediction(id));
      const answer = await fetch(`${server.url}/api/v1/predictions`, { method: "POST", body });
      assertEquals([answer.status, (await answer.json()).data.status], [200, "success"]);
    }
    await server.admin("POST", "/admin/games", { games: [sampleGame("g2")] });
    await server.end("SIGKILL");
  }
  await using server = await ServerProcess.start({ cwd: folder.path });
  const recover = {
    games: { epoch: String(epoch), offset: 1 },
    confirmations: { epoch: String(epoch), offset: 0 },
  };
  const { peer, welcome } = await Peer.authenticated(server.ws, key, recover);
  assertEquals(dataOf(welcome)["recovered"], { games: true, confirmations: true });
  const missed = [];
  for (let left = 3; left > 0; left -= 1) {
    const frame = await peer.next();
    missed.push([frame.type, dataOf(frame)["offset"]]);
  }
  assertEquals(missed, [["confirmation", 1], ["confirmation", 2], ["game_update", 2]]);
  await peer.close();
});

/** Subscribes to the receipts, and answers what the subscription began with. */
async function subscribe(server: ServerProcess, recover?: { epoch: string; offset: number }) {
  const peer = await Peer.open(`${server.ws}/stream`);
  peer.send(JSON.stringify({ type: "subscribe", stream: "receipts", recover }));
  return { peer, subscribed: await peer.next(({ type }) => type === "subscribed") };
}

Deno.test("a client of a stream that comes back to a server that was killed gets exactly what it missed", async () => {
  await using folder = await TemporaryFolder.make();
  await using node = FakeNode.start();
  const idsOf = (message: Frame) =>
    (dataOf(message)["receipts"] as { id: string }[]).map(({ id }) => id).reverse();
  const isReceipts = ({ type }: Frame) => type === "receipts";
  const flags = [`--rpc_url=${node.url}`];
  const got: string[] = [];
  let [epoch, missed]: string[] = [];
  {
    await using server = await ServerProcess.start({ cwd: folder.path }, flags);
    node.audit(10);
    const { peer, subscribed } = await subscribe(server);
    epoch = String(subscribed["epoch"]);
    got.push(...idsOf(await peer.next(isReceipts)));
    const other = await subscribe(server);
    await peer.close();
    node.audit(25);
    missed = JSON.stringify(await other.peer.next((frame) => isReceipts(frame) && frame["offset"] === 2));
    await server.end("SIGKILL");
    await other.peer.close();
  }
  node.audit(266);
  await using server = await ServerProcess.start({ cwd: folder.path }, flags);
  const { peer, subscribed } = await subscribe(server, { epoch, offset: 1 });
  assertEquals([subscribed["epoch"], subscribed["offset"], subscribed["recovered"]], [epoch, 2, true]);
  for (let offset = 2; got.length < 266; offset += 1) {
    const message = await peer.next(isReceipts);
    assertEquals([message["offset"], dataOf(message)["incomplete"]], [offset, undefined]);
    if (offset === 2) assertEquals(JSON.stringify(message), missed);
    got.push(...idsOf(message));
  }
  assertEquals(got, Array.from({ length: 266 }, (_, index) => `receipt_${index + 1}`));
  await peer.close();
});
