import { assertEquals } from "@std/assert";
import { Peer, signMessage, testKey } from "../helpers/peer.ts";
import { ServerProcess, TemporaryFolder } from "../helpers/process.ts";

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

Deno.test("a server that was stopped for longer than its timeout closes nobody who wrote meanwhile", async () => {
  await using folder = await TemporaryFolder.make();
  const flags = ["--websocket.heartbeat_interval=1", "--websocket.connection_timeout=6"];
  await using server = await ServerProcess.start({ cwd: folder.path }, flags);
  const key = testKey(7);
  await server.admin("PUT", `/admin/miners/${key.address}`, { uid: 7, blacklisted: false });
  const { peer } = await Peer.authenticated(server.ws, key);
  server.signal("SIGSTOP");
  try {
    await sleep(7000);
    peer.send(signMessage(key, "heartbeat", {}));
  } finally {
    server.signal("SIGCONT");
  }
  assertEquals((await peer.next(({ type }) => type !== "heartbeat")).type, "heartbeat_ack");
  // Longer than what it takes to read what waits.
  await sleep(1500);
  peer.send(signMessage(key, "heartbeat", {}));
  assertEquals((await peer.next(({ type }) => type !== "heartbeat")).type, "heartbeat_ack");
  await peer.close();
});
