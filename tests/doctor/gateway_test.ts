import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Keypair } from "../../lib/crypto/mod.ts";
import { TemporaryFolder } from "../helpers/process.ts";
import { testKey } from "../helpers/peer.ts";
import { Scene } from "../helpers/scene.ts";
import { doctor, examine as examineWith } from "./examine.ts";

/** What takes seconds, for tests that are about something else. */
const quick = "--skip=events,poll";

/** However busy the machine is, nothing takes any time. */
const examine = (args: readonly string[]) => examineWith(args, { stopwatch: () => 0 });

async function keyFile(folder: TemporaryFolder, key: Keypair): Promise<string> {
  const path = `${folder.path}/key`;
  await Deno.writeTextFile(path, bytesToHex(key.seed));
  return `--key=${path}`;
}

Deno.test("doctor finds nothing wrong with a gateway", async () => {
  await using scene = await Scene.start();
  await using folder = await TemporaryFolder.make();
  const { code, ids, check } = await examine([scene.server.url, await keyFile(folder, scene.key)]);
  assertEquals([code, ids], [0, []]);
  const expected = [
    ["health", /^online, 0 connections/],
    ["proxy", /^127\.0\.0\.1 asks 127\.0\.0\.1:\d+$/],
    ["protocol", /WebSocket on \/, \/ws, \/ws\/stream; Socket\.IO, messages to 3 MiB/],
    ["upgrade", /101/],
    ["frames", /pings and messages pass \(pong\)/],
    ["key", new RegExp(`${scene.key.address} is accepted, answer signed by 5`)],
    ["clock", /^in step/],
    ["heartbeat", /^min .* median .* p99 .* of 20$/],
    ["size", /1 MiB/],
    ["upload", /bodies of 3 MiB are let through/],
    ["events", /^first after .* \(network_metrics, each 2 s\)$/],
    ["poll", /^news after/],
    ["machine", /^65535 open files, 7\.6 GiB of memory left, 28232 ports/],
  ] as const;
  for (const [id, summary] of expected) {
    assertEquals([id, check(id).status], [id, "ok"]);
    assertMatch(check(id).summary, summary);
  }
});

Deno.test("doctor leaves no Socket.IO session behind", async () => {
  await using scene = await Scene.start();
  const { check } = await examine([quick, scene.server.url]);
  assertStringIncludes(check("protocol").summary, "Socket.IO");
  assertEquals(scene.server.gateway.sockets.size, 0);
});

Deno.test("doctor authenticates as a connection when that is asked for", async () => {
  await using scene = await Scene.start();
  await using folder = await TemporaryFolder.make();
  const { code, check } = await examine([
    quick,
    scene.server.url,
    await keyFile(folder, scene.key),
    "--take_over",
  ]);
  assertEquals(code, 0);
  assertMatch(check("key").summary, /is welcomed as uid 7/);
});

Deno.test("doctor leaves a miner with the same key connected", async () => {
  await using scene = await Scene.start();
  await using folder = await TemporaryFolder.make();
  const miner = await scene.connect();
  assertEquals((await examine([quick, scene.server.url, await keyFile(folder, scene.key)])).code, 0);
  assertEquals(miner.socket.readyState, WebSocket.OPEN);
  await miner.close();
});

Deno.test("doctor says why a key is not authorized", async () => {
  await using scene = await Scene.start();
  await using folder = await TemporaryFolder.make();
  const stranger = await examine([quick, scene.server.url, await keyFile(folder, testKey(99))]);
  assertEquals([stranger.code, stranger.ids], [1, ["auth-not-registered"]]);
  await scene.register(testKey(98), 98, true);
  const blacklisted = await examine([
    quick,
    scene.server.url,
    await keyFile(folder, testKey(98)),
    "--take_over",
  ]);
  assertEquals([blacklisted.code, blacklisted.ids], [1, ["auth-blacklisted"]]);
});

Deno.test("doctor explains a gateway without WebSockets", async () => {
  await using scene = await Scene.start({ "websocket.enabled": false });
  const { code, ids } = await examine([quick, scene.server.url.replace("http", "ws")]);
  assertEquals(code, 1);
  assert(ids.includes("server-disabled"), ids.join());
});

Deno.test("doctor finds out how large messages may be", async () => {
  await using scene = await Scene.start({ "websocket.max_message_size": 8192 });
  const { code, ids, check } = await examine([quick, scene.server.url]);
  assertEquals([code, ids], [1, ["size-small"]]);
  assertStringIncludes(
    check("size").summary,
    "4 KiB is taken, 64 KiB is not (Invalid message format: larger than 8192 bytes)",
  );
});

Deno.test("doctor sees that browsers are refused where curl is not", async () => {
  await using scene = await Scene.start({ "websocket.allowed_origins": ["https://app.example.org"] });
  const { code, check } = await examine([quick, scene.server.url]);
  assertEquals([code, check("upgrade").status], [0, "note"]);
  assertEquals(check("upgrade").findings.map(({ id }) => id), ["upgrade-origin"]);
});

Deno.test("doctor --fast is silent about a healthy server and tells the others apart", async () => {
  const scene = await Scene.start();
  const { port } = new URL(scene.server.url);
  const env = { HELIOGRAPH_HOST: "0.0.0.0", HELIOGRAPH_PORT: port };
  assertEquals(await doctor(["--fast"], { env }), { code: 0, printed: "", complained: "" });
  await scene.stop();
  const { code, complained } = await doctor(["--fast"], { env });
  assertEquals([code, complained], [2, `http://127.0.0.1:${port}/: connection refused\n`]);
});
