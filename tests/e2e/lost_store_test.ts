import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { signMessage, testKey } from "../helpers/peer.ts";
import { ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";

const key = testKey(7);
const files = ["", "-wal", "-shm"].map((suffix) => `data/heliograph.db${suffix}`);

async function submit(server: ServerProcess, id: string): Promise<[status: number, code: unknown]> {
  const body = signMessage(key, "prediction", samplePrediction(id));
  const response = await fetch(`${server.url}/api/v1/predictions`, { method: "POST", body });
  const { data, error } = await response.json();
  return [response.status, error?.code ?? data.status];
}

async function prepare(server: ServerProcess): Promise<void> {
  await server.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
  await server.admin("POST", "/admin/games", { games: [sampleGame()] });
  assertEquals(await submit(server, "before"), [200, "success"]);
  assertEquals(await ready(server), [200, []]);
}

async function ready(server: ServerProcess): Promise<[status: number, reasons: string[]]> {
  const response = await fetch(`${server.url}/readyz`);
  return [response.status, (await response.json()).reasons];
}

async function overwrite(path: string): Promise<void> {
  using file = await Deno.open(path, { read: true, write: true });
  const { size } = await file.stat();
  for (let page = 0; page < size; page += 3 * 4096) {
    await file.seek(page, Deno.SeekMode.Start);
    await file.write(crypto.getRandomValues(new Uint8Array(4096)));
  }
}

const harm: Record<string, (paths: readonly string[]) => Promise<unknown>> = {
  removed: (paths) => Promise.all(paths.map((path) => Deno.remove(path))),
  truncated: ([store = ""]) => Deno.truncate(store, 4096),
  overwritten: ([store = ""]) => overwrite(store),
};

for (const [what, act] of Object.entries(harm)) {
  Deno.test(`a server whose store is ${what} confirms nothing any more, and says why`, async () => {
    await using folder = await TemporaryFolder.make();
    await using server = await ServerProcess.start({ cwd: folder.path });
    await prepare(server);
    await act(files.map((file) => `${folder.path}/${file}`));
    assertEquals(await submit(server, "after"), [500, "internal_error"]);
    const [status, [reason = "", ...more]] = await ready(server);
    assertEquals([status, more], [503, []]);
    assertStringIncludes(reason, `${folder.path}/data/heliograph.db`);
    // What others are told is under the same guard.
    await assertRejects(() => server.admin("POST", "/admin/api-keys", { name: "late" }), Error, "500");
    await assertRejects(
      () => server.admin("PUT", `/admin/miners/${testKey(8).address}`, { uid: 8 }),
      Error,
      "500",
    );
    assertEquals(await submit(server, "later"), [500, "internal_error"]);
    const line = await server.stderr.find(/Nothing is confirmed any more/);
    assertMatch(line, /data\/heliograph\.db .*start again/);
  });
}

Deno.test("a server does not start on a damaged store, and says what to do", async () => {
  await using folder = await TemporaryFolder.make();
  {
    await using server = await ServerProcess.start({ cwd: folder.path });
    await prepare(server);
    for (let index = 0; index < 20; index += 1) await submit(server, `p${index}`);
    await server.end("SIGTERM");
  }
  await overwrite(`${folder.path}/data/heliograph.db`);
  const { message } = await assertRejects(() => ServerProcess.start({ cwd: folder.path }), Error);
  assertMatch(message, /Cannot open the store data\/heliograph\.db: .*restore a backup/);
});
