import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Authority, noOpenssl } from "../helpers/certificates.ts";
import { testKey } from "../helpers/peer.ts";
import { ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";
import { untilThere } from "../helpers/until.ts";

const ignore = Deno.build.os === "windows";

function metagraph(...uids: number[]): string {
  return JSON.stringify({ miners: uids.map((uid) => ({ hotkey: testKey(uid).address, uid })) });
}

/** The next line that says what became of the configuration, after `count` of them. */
async function reread(server: ServerProcess, count: number): Promise<string> {
  return await untilThere(() => {
    const lines = server.stderr.all.filter((line) => line.includes('"reload"') || line.includes("reload: "));
    return lines[count];
  }, `${count + 1} lines of reloads`);
}

Deno.test({
  name: "at SIGHUP serve takes over what it can while it runs, and says what waits for a restart",
  ignore,
  async fn() {
    await using folder = await TemporaryFolder.make();
    const write = (file: string, text: string) => Deno.writeTextFile(`${folder.path}/${file}`, text);
    await write("h.yaml", "log:\n  level: INFO\n  format: json\n");
    await write("metagraph.json", metagraph(1));
    const flags = ["--config=h.yaml", "--metagraph=metagraph.json"];
    await using server = await ServerProcess.start({ cwd: folder.path }, flags);
    await write("h.yaml", "log:\n  level: DEBUG\n  format: json\nregion: eu\nhttp.rate_limit: 7\n");
    await write("metagraph.json", metagraph(1, 2));
    server.signal("SIGHUP");
    const first = JSON.parse(await reread(server, 0));
    assertEquals([first.taken, first.waiting], ["log.level", "region, http.rate_limit"]);
    await server.stderr.find(/Read the metagraph: 2 miners/);
    await server.admin("GET", "/admin/miners");

    await write("h.yaml", "log.level: ERROR\nlog.format: pretty\nprot: 1\n");
    server.signal("SIGHUP");
    const refused = await reread(server, 1);
    assertStringIncludes(refused, "The configuration stays as it was: Unknown key prot");
    await Deno.remove(`${folder.path}/h.yaml`);
    server.signal("SIGHUP");
    assertStringIncludes(await reread(server, 2), "cannot read h.yaml");
    assertEquals((await server.end("SIGTERM")).code, 0);
  },
});

testWith(noOpenssl, "at SIGHUP serve looks at its certificate at once", async () => {
  if (ignore) return;
  await using folder = await TemporaryFolder.make();
  await (await Authority.make(folder.path, "first")).issue();
  const flags = ["--tls.cert=cert.pem", "--tls.key=key.pem", "--log.format=json"];
  await using server = await ServerProcess.start({ cwd: folder.path }, flags);
  const other = await Authority.make(folder.path, "second");
  await other.issue();
  server.signal("SIGHUP");
  await server.stderr.find(/TLS certificate .* was read again/);
  using client = Deno.createHttpClient({ caCerts: [other.pem] });
  const response = await fetch(`${server.url}/healthz`, { client });
  await response.body?.cancel();
  assert(response.ok);
  assertEquals((await server.end("SIGTERM")).code, 0);
});
