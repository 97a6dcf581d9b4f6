import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Peer } from "../helpers/peer.ts";
import { ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { RawClient } from "../helpers/raw_client.ts";
import { until } from "../helpers/until.ts";

/** A server that cannot stop at once, since one of its clients never answers the close. */
async function withSilentClient(
  flags: readonly string[],
  act: (server: ServerProcess) => Promise<void>,
): Promise<void> {
  await using folder = await TemporaryFolder.make();
  await using server = await ServerProcess.start({ cwd: folder.path }, flags);
  using _client = await RawClient.open(server.ws);
  const peer = await Peer.open(server.url.replace("http", "ws"));
  await peer.next();
  await act(server);
  await peer.ended;
}

/** Resolves once the server sends its clients away. */
async function draining({ url }: ServerProcess): Promise<void> {
  await until(async () => {
    const { status } = await (await fetch(`${url}/ws/health`)).json();
    return status === "draining";
  }, "the drain to begin");
}

for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
  Deno.test(`a second ${signal} ends serve at once, with exit code ${code}`, async () => {
    await withSilentClient(["--shutdown_timeout=3600"], async (server) => {
      server.signal("SIGTERM");
      await draining(server);
      assertEquals((await server.end(signal)).code, code);
      assertEquals(server.stderr.all.filter((line) => line.includes("Cut off")), []);
    });
  });
}

Deno.test("a Ctrl-C that comes twice, as through deno task, lets serve finish", async () => {
  await using folder = await TemporaryFolder.make();
  await using server = await ServerProcess.start({ cwd: folder.path });
  server.signal("SIGINT");
  const { code } = await server.end("SIGINT");
  assertEquals([code, server.stdout.all.filter((line) => line.startsWith("Stopping")).length], [0, 1]);
});

Deno.test("serve ends with exit code 0 within its shutdown timeout though a client never closes, and says so", async () => {
  await withSilentClient(["--shutdown_timeout=1"], async (server) => {
    const { success, code } = await server.end("SIGTERM");
    assertEquals({ success, code }, { success: true, code: 0 });
    const log = server.stderr.all.join("\n");
    assertStringIncludes(log, "Draining: 2 connections");
    assertStringIncludes(log, "Cut off what did not end in time: 1 connections");
  });
});

Deno.test("after a drain by the operator the server still answers its health, and a signal then ends it", async () => {
  await using folder = await TemporaryFolder.make();
  await using server = await ServerProcess.start({ cwd: folder.path });
  const peer = await Peer.open(server.url.replace("http", "ws"));
  await peer.next();
  assertEquals(await server.admin("POST", "/admin/drain"), { status: "draining", connections: 1 });
  await peer.ended;
  const [ready, well] = await Promise.all(
    ["readyz", "healthz"].map((path) => fetch(`${server.url}/${path}`)),
  );
  assertEquals(ready?.status, 503);
  const { status, reasons } = await ready?.json();
  assertEquals([status, reasons], ["draining", ["the server is draining"]]);
  assert(well?.ok);
  assertEquals(await well?.json(), { status: "ok", reasons: [] });
  assertEquals((await server.end("SIGTERM")).code, 0);
});
