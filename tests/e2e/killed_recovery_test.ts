import { assertEquals } from "@std/assert";
import { Peer, signMessage, testKey } from "../helpers/peer.ts";
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
