import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Peer, signMessage, testKey } from "../helpers/peer.ts";
import { type Outcome, runToEnd, ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { testWith } from "../helpers/programs.ts";

const binary = Deno.env.get("HELIOGRAPH_BINARY") ?? "";
const missing = binary === "" ? "HELIOGRAPH_BINARY names none; deno task compile makes one" : undefined;

/** A server whose working folder nobody can write to, with its data elsewhere. */
class Installed implements AsyncDisposable {
  readonly #folder: TemporaryFolder;

  private constructor(folder: TemporaryFolder) {
    this.#folder = folder;
  }

  static async make(): Promise<Installed> {
    const folder = await TemporaryFolder.make();
    await Deno.mkdir(`${folder.path}/cwd`);
    await Deno.chmod(`${folder.path}/cwd`, 0o555);
    await Deno.mkdir(`${folder.path}/data`);
    return new Installed(folder);
  }

  async start(): Promise<ServerProcess> {
    const data = `${this.#folder.path}/data`;
    const flags = [`--store=${data}/heliograph.db`, `--validator_key=${data}/validator.key`];
    return await ServerProcess.start({ cwd: `${this.#folder.path}/cwd`, binary }, flags);
  }

  async run(...args: string[]): Promise<Outcome> {
    return await runToEnd([binary, ...args], { cwd: `${this.#folder.path}/cwd` });
  }

  /** What lies in the working folder. */
  async left(): Promise<string[]> {
    return await Array.fromAsync(Deno.readDir(`${this.#folder.path}/cwd`), ({ name }) => name);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#folder[Symbol.asyncDispose]();
  }
}

testWith(
  missing,
  "the binary confirms a prediction, keeps it over a restart, and ends with 0 on SIGTERM",
  async () => {
    await using place = await Installed.make();
    await using first = await place.start();
    const { status, validator } = await (await fetch(`${first.url}/ws/health`)).json();
    assertEquals(status, "online");
    const key = testKey(1);
    await first.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
    await first.admin("POST", "/admin/games", { games: [sampleGame()] });
    const { peer } = await Peer.authenticated(first.ws, key);
    peer.send(signMessage(key, "prediction", samplePrediction("p1")));
    const { data } = await peer.next(({ type }) => type === "confirmation");
    assertEquals((data as Record<string, unknown>)["status"], "success");
    const kept = await first.admin("GET", "/admin/predictions");
    assertEquals((await first.end("SIGTERM")).code, 0);
    await peer.ended;

    await using second = await place.start();
    assertEquals((await (await fetch(`${second.url}/ws/health`)).json()).validator, validator);
    assertEquals(await second.admin("GET", "/admin/predictions"), kept);
    assertEquals((kept["predictions"] as unknown[]).length, 1);
    assertEquals(await place.left(), []);
  },
);

testWith(missing, "the binary serves the dashboard with all that its page loads", async () => {
  await using place = await Installed.make();
  await using server = await place.start();
  const page = await (await fetch(server.url, { headers: { accept: "text/html" } })).text();
  const assets = [...page.matchAll(/assets\/[\w-]+\.\w+/g)].map(([path]) => path);
  assert(assets.length >= 3, page);
  for (const path of assets) {
    const answer = await fetch(`${server.url}/${path}`);
    assertEquals([path, answer.status], [path, 200]);
    assert((await answer.bytes()).length > 100, path);
  }
});

testWith(missing, "the binary serves streams, metrics and Socket.IO", async () => {
  await using place = await Installed.make();
  await using server = await place.start();
  const stream = await (await fetch(`${server.url}/api/v1/streams/network_metrics`)).json();
  assertEquals(stream.type, "network_metrics");
  assertStringIncludes(await (await fetch(`${server.url}/metrics`)).text(), "heliograph_build_info{");
  const opened = await (await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`)).text();
  assertMatch(opened, /^0\{"sid":/);
});

testWith(missing, "the binary says its commit, and helps with every command", async () => {
  await using place = await Installed.make();
  const { code, stdout } = await place.run("--version");
  assertEquals(code, 0);
  assertMatch(stdout, /^heliograph \d+\.\d+\.\d+(?:-dev(?:\.\d+)?)? \((?!from source|unknown)[\w.-]+, Deno /);
  const { stdout: help } = await place.run("--help");
  const names = [...help.matchAll(/^ {2}(\w+) {2}/gm)].map(([, name = ""]) => name);
  assert(names.includes("serve") && names.includes("doctor"), help);
  for (const name of names) {
    const outcome = await place.run(name, "--help");
    assertEquals([name, outcome.code, outcome.stderr], [name, 0, ""]);
    assertStringIncludes(outcome.stdout, `heliograph ${name}`);
  }
});

testWith(missing, "the binary's doctor finds its own server healthy", async () => {
  await using place = await Installed.make();
  await using server = await place.start();
  const { code, stdout, stderr } = await place.run("doctor", server.url, "--fast");
  assertEquals([code, stdout, stderr], [0, "", ""]);
});

testWith(missing, "the binary's demo has every prediction confirmed exactly once, and ends", async () => {
  await using place = await Installed.make();
  const { code, stdout } = await place.run("demo", "--seconds=3");
  assertEquals(code, 0, stdout);
  assertStringIncludes(stdout, "all confirmed exactly once");
});
