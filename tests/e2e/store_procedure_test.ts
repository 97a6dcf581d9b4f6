import { assert, assertEquals } from "@std/assert";
import { freshNonce, signMessage, testKey } from "../helpers/peer.ts";
import { commandLine, runToEnd, ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";

const guide = await Deno.readTextFile(`${import.meta.dirname}/../../docs/durability.md`);
const key = testKey(1);

/** The lines for a shell that the guide gives under a heading, one text for each block. */
function blocksUnder(heading: string): string[] {
  const [, section = ""] = guide.split(`\n## ${heading}\n`);
  const [text = ""] = section.split("\n## ");
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
}

/** A folder in which a shell finds `heliograph`, and a `sudo` that does nothing. */
class Shell implements AsyncDisposable {
  private constructor(readonly folder: TemporaryFolder) {}

  static async open(): Promise<Shell> {
    const folder = await TemporaryFolder.make();
    const words = commandLine().map((word) => `'${word}'`).join(" ");
    await Deno.mkdir(`${folder.path}/bin`);
    await Deno.writeTextFile(`${folder.path}/bin/heliograph`, `#!/bin/sh\nexec ${words} "$@"\n`, {
      mode: 0o755,
    });
    // The servers are stopped already.
    await Deno.writeTextFile(`${folder.path}/bin/sudo`, "#!/bin/sh\n", { mode: 0o755 });
    return new Shell(folder);
  }

  async run(block: string): Promise<string> {
    const { path } = this.folder;
    const env = { PATH: `${path}/bin:${Deno.env.get("PATH")}` };
    const { code, stdout, stderr } = await runToEnd(["sh", "-e", "-c", block], { cwd: path, env });
    assertEquals(code, 0, `${block}\n${stderr}`);
    return stdout;
  }

  async serve(): Promise<ServerProcess> {
    const server = await ServerProcess.start({ cwd: this.folder.path });
    await server.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
    await server.admin("POST", "/admin/games", { games: [sampleGame()] });
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }
}

/** Submits a prediction and answers the receipt of it. */
async function submit(server: ServerProcess, id: string): Promise<Record<string, unknown>> {
  const body = signMessage(key, "prediction", samplePrediction(id), { nonce: freshNonce() });
  const response = await fetch(`${server.url}/api/v1/predictions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  const answer = await response.json();
  assertEquals(response.status, 200, JSON.stringify(answer));
  const [confirmation] = answer.confirmations ?? [answer];
  return confirmation.data.receipt;
}

Deno.test("the guide's backup of a running server, and its restore, work word for word", async () => {
  await using shell = await Shell.open();
  const [backup = "", restore = ""] = blocksUnder("Backup, restore");
  const [verifyAndExport = ""] = blocksUnder("Verify, export");
  const [prune = ""] = blocksUnder("Prune");
  let taken: Record<string, unknown>;
  {
    await using server = await shell.serve();
    await submit(server, "p1");
    const said = await shell.run(backup);
    assert(said.includes("1 receipt, up to 1, verified"), said);
    assert(said.endsWith("sound\n"), said);
    taken = await submit(server, "p2");
    assertEquals((await fetch(`${server.url}/readyz`)).status, 200);
    await shell.run(verifyAndExport);
    await server.end("SIGKILL");
  }
  const said = await shell.run(restore);
  const [, lineage] = /those from 2 on are of lineage (\w{8})/.exec(said) ?? [];
  assert(lineage !== undefined && said.endsWith("sound\n"), said);
  await using server = await shell.serve();
  assertEquals(await submit(server, "p2"), { ...taken, lineage });
  assert((await shell.run(prune)).endsWith(": 0 predictions, 0 jobs pruned\n"));
  const exported = await shell.run(verifyAndExport + "cat predictions.ndjson");
  assertEquals(exported.match(/"prediction_id":"p\d"/g), ['"prediction_id":"p1"', '"prediction_id":"p2"']);
});
