import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { JobScene } from "../../helpers/job_scene.ts";
import { LogLines } from "../../helpers/log_lines.ts";
import { Peer, signAuthentication, testKey } from "../../helpers/peer.ts";
import { RawClient, refusedUpgrade } from "../../helpers/raw_client.ts";
import { sampleGame } from "../../helpers/samples.ts";
import { Scene } from "../../helpers/scene.ts";
import { StreamScene } from "../../helpers/streams.ts";
import { endingOf, listTold, told } from "../../helpers/told.ts";
import { until } from "../../helpers/until.ts";

const stagesOf = ({ stages }: { stages: readonly { stage: string }[] }) => stages.map(({ stage }) => stage);

Deno.test("an open connection tells how it stands, also by its hotkey and its address", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  const { open: [one] } = await listTold(scene.server, `&hotkey=${scene.key.address}`);
  assertEquals(one, await told(scene.server, one?.id));
  assertEquals(
    [one?.state, one?.family, one?.hotkey, one?.ending, one?.open],
    ["open", "miners", scene.key.address, null, true],
  );
  assertEquals(stagesOf(one ?? { stages: [] }), ["connected", "authenticated"]);
  // The authentication; the welcome and the games.
  assertEquals([one?.messages_in, one?.messages_out, one?.queued_bytes], [1, 2, 0]);
  assertEquals((await listTold(scene.server, `&address=${one?.address}`)).open.length, 1);
  assertEquals((await listTold(scene.server, "&address=192.0.2.1")).open, []);
  assertEquals((await listTold(scene.server, "&hotkey=nobody")).open, []);
  await peer.close();
});

Deno.test("a client that closes is told of as the one who closed, with its reason", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  peer.socket.close(4000, "had enough");
  await peer.ended;
  const { state, hotkey, ending, stages } = await endingOf(scene.server, "client_closed");
  assertEquals([state, hotkey], ["closed", scene.key.address]);
  assertEquals([ending?.by, ending?.code, ending?.reason], ["client", 4000, "had enough"]);
  assertEquals(stagesOf({ stages }), ["connected", "authenticated", "closed"]);
});

Deno.test("a connection that breaks without a goodbye is told of as lost by the network", async () => {
  await using scene = await Scene.start();
  const client = await RawClient.open(scene.server.ws);
  await client.send(signAuthentication(scene.key));
  await client.read();
  client[Symbol.dispose]();
  const { ending, hotkey } = await endingOf(scene.server, "connection_lost");
  assertEquals([ending?.by, ending?.code, hotkey], ["network", 1006, scene.key.address]);
});

Deno.test("a heartbeat timeout tells when the last heartbeat was sent, and whether it was answered", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({
    "websocket.heartbeat_interval": 10,
    "websocket.connection_timeout": 25,
  }, clock);
  const peer = await scene.connect();
  await clock.advance(11_000);
  await peer.next(({ type }) => type === "heartbeat");
  peer.send(scene.sign("heartbeat_response", {}));
  let answered: string | null = null;
  while (answered === null) answered = (await listTold(scene.server)).open[0]?.heartbeat_answered_at ?? null;
  await clock.advance(30_000);
  assertEquals((await peer.ended).code, 1001);
  const timeout = await endingOf(scene.server, "heartbeat_timeout");
  const { id, ending, heartbeat_sent_at, heartbeat_answered_at, stages } = timeout;
  assertEquals([id, ending?.by, ending?.cause], [peer.id, "server", "heartbeat_timeout"]);
  assertEquals(ending?.detail, "nothing received for 25 s");
  assert(String(heartbeat_sent_at) > String(heartbeat_answered_at));
  assertEquals(stagesOf({ stages }), ["connected", "authenticated", "closing", "closed"]);
});

Deno.test("a slow consumer's ending tells how much waited, and while its client does not answer it is closing", async () => {
  await using scene = await Scene.start({ "websocket.max_queue": 64 * 1024 });
  const stuck = await RawClient.open(scene.server.ws);
  await stuck.send(signAuthentication(scene.key));
  await stuck.read();
  for (let round = 0;; round += 1) {
    const note = `${round}`.padEnd(8000, "x");
    const { recipients } = await scene.addGames(["a", "b", "c"].map((id) => sampleGame(id, { note })));
    if (recipients === 0) break;
  }
  const { open: [closing] } = await listTold(scene.server);
  assertEquals([closing?.state, closing?.open], ["closing", false]);
  stuck[Symbol.dispose]();
  const { ending, queued_bytes, messages_out } = await endingOf(scene.server, "slow_consumer");
  assertEquals([ending?.by, ending?.code, ending?.reason], ["server", 1013, "Slow consumer"]);
  assert(queued_bytes > 32 * 1024 && messages_out > 1, `${queued_bytes} ${messages_out}`);
  assertStringIncludes(String(ending?.detail), "bytes wait unsent");
  assertStringIncludes(String(ending?.advice), "--websocket.max_queue");
});

Deno.test("of a miner's two connections the replaced one says so", async () => {
  await using scene = await Scene.start();
  const older = await scene.connect();
  const newer = await scene.connect();
  await older.ended;
  const { ending } = await endingOf(scene.server, "already_connected");
  assertEquals([ending?.by, ending?.code, ending?.detail], ["server", 1008, "policy is replace"]);
  assertEquals((await told(scene.server, older.id)).ending, ending);
  const { open, ended } = await listTold(scene.server, `&hotkey=${scene.key.address}`);
  assertEquals([open.length, ended.map(({ id }) => id)], [1, [older.id]]);
  await newer.close();
});

Deno.test("a failed authentication is found by the hotkey that was claimed", async () => {
  await using scene = await Scene.start();
  const stranger = testKey(99);
  const peer = await Peer.open(scene.server.ws);
  peer.send(signAuthentication(stranger));
  assertEquals((await peer.ended).code, 1008);
  await endingOf(scene.server, "not_authorized");
  const { ended: [one] } = await listTold(scene.server, `&hotkey=${stranger.address}`);
  assertEquals([one?.id, one?.hotkey, one?.claimed_hotkey], [peer.id, null, stranger.address]);
  assertEquals(one?.ending?.detail, "hotkey is not registered");
  assertEquals(stagesOf(one ?? { stages: [] }), ["connected", "closing", "closed"]);
});

Deno.test("who was refused at the door is found: a foreign origin, and one too many", async () => {
  await using scene = await Scene.start({
    "websocket.max_connections": 1,
    "websocket.allowed_origins": ["https://a.example"],
  });
  const first = await Peer.open(scene.server.ws);
  const { status, headers } = await refusedUpgrade(scene.server.ws);
  assertEquals(status, 503);
  const full = await told(scene.server, headers.get("x-connection-id") ?? undefined);
  assertEquals([full.state, full.ending?.cause, full.ending?.code], ["refused", "max_connections", 503]);
  using connection = await Deno.connect({ port: Number(new URL(scene.server.url).port) });
  const head = "GET /ws HTTP/1.1\r\nhost: x\r\norigin: https://b.example\r\nconnection: upgrade\r\n" +
    "upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  await connection.write(new TextEncoder().encode(head));
  const buffer = new Uint8Array(4096);
  const answer = new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
  const id = /x-connection-id: (c\w+)/i.exec(answer)?.[1];
  const foreign = await told(scene.server, id);
  assertEquals([foreign.ending?.cause, foreign.ending?.code], ["origin_not_allowed", 403]);
  assertStringIncludes(String(foreign.ending?.detail), "https://b.example");
  await first.close();
});

Deno.test("after a drain the endings say that the server closed, and how it was told", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  await scene.server.gateway.drain();
  await peer.ended;
  const { ending } = await told(scene.server, peer.id);
  assertEquals([ending?.by, ending?.cause, ending?.code], ["server", "server_closing", 1001]);
});

Deno.test("a connection that the operator drops says so", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  const { open: [one] } = await listTold(scene.server);
  await scene.server.admin("DELETE", `/admin/connections/${one?.id}`);
  await peer.ended;
  assertEquals(peer.id, one?.id);
  assertEquals((await endingOf(scene.server, "dropped")).id, one?.id);
});

Deno.test("an event stream has an id, which its answer names", async () => {
  await using scene = await StreamScene.start();
  const { server } = scene.scene;
  const aborting = new AbortController();
  const response = await fetch(`${server.url}/api/v1/streams/peers/events`, { signal: aborting.signal });
  const id = response.headers.get("x-connection-id") ?? "";
  const { family, stages } = await told(server, id);
  assertEquals([family, stagesOf({ stages })], ["events", ["connected", "subscribed"]]);
  aborting.abort();
  assertEquals((await endingOf(server, "client_closed")).id, id);
});

Deno.test("Socket.IO sessions have ids and endings: a client that leaves, one without a key, one that is dropped", async () => {
  await using scene = await JobScene.start();
  const { server } = scene;
  for (const transports of [["websocket"], ["polling"]] as ("websocket" | "polling")[][]) {
    const peer = await scene.connect({ transports });
    const { open: [one] } = await listTold(server);
    assertEquals([one?.family, one?.state, one?.hotkey], ["jobs", "open", scene.keyId]);
    assertEquals(stagesOf(one ?? { stages: [] }), ["connected", "authenticated"]);
    peer[Symbol.dispose]();
    const { id, ending } = await endingOf(server, "client_closed");
    assertEquals([id, ending?.by], [one?.id, "client"]);
    await assertRejects(() => scene.connect({ transports }, "hg_wrong"), Error, "Invalid API key");
    const refused = await endingOf(server, "not_authorized");
    assertEquals([refused.ending?.detail, refused.hotkey], ["Invalid API key", null]);
  }
  using peer = await scene.connect({ transports: ["websocket"] });
  const { open: [one] } = await listTold(server);
  const gone = peer.gone();
  await server.admin("DELETE", `/admin/connections/${one?.id}`);
  await gone;
  assertEquals((await endingOf(server, "dropped")).id, one?.id);
});

Deno.test("a connection that is not known is not found, and what is asked wrongly is refused", async () => {
  await using scene = await Scene.start();
  const { admin } = scene.server;
  await assertRejects(() => admin("GET", "/admin/connections/c000000"), Error, "No such connection");
  await assertRejects(() => admin("DELETE", "/admin/connections/c000000"), Error, "404");
  for (const query of ["ended=x", "ended=10001", "hotkey=", `address=${"1".repeat(65)}`]) {
    await assertRejects(() => admin("GET", `/admin/connections?${query}`), Error, "400");
  }
});

Deno.test("a connection's id is in its log lines", async () => {
  using lines = new LogLines();
  await using scene = await Scene.start();
  const peer = await scene.connect();
  const { open: [one] } = await listTold(scene.server);
  const stream = await Peer.open(scene.server.ws.replace(/ws$/, "ws/stream"));
  stream.send(JSON.stringify({ type: "subscribe", stream: "peers" }));
  await stream.next(({ type }) => type === "subscribed");
  await peer.close();
  await stream.close();
  await until(async () => (await listTold(scene.server)).open.length === 0, "the end of all connections");
  const messages = lines.text.trim().split("\n").map((line) => JSON.parse(line));
  const ofMiner = messages.filter(({ id }) => id === one?.id).map(({ message }) => message);
  assertEquals(ofMiner, [
    `WebSocket connection established with miner ${scene.key.address}`,
    `Connection ${one?.id} ended: client_closed`,
  ]);
  const ofStream = messages.find(({ message }) => message.startsWith("Client subscribed"))?.id;
  assertEquals(messages.filter(({ id }) => id === ofStream).length, 2);
});
