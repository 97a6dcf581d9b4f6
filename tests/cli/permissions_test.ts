import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import manifest from "../../deno.json" with { type: "json" };
import { adminToken } from "../helpers/gateway.ts";
import { Lines, runToEnd, TemporaryFolder } from "../helpers/process.ts";

const root = `${import.meta.dirname}/../..`;
/** What `deno task start` starts the program with. */
const granted = manifest.tasks.start.command.split(" ").filter((word) => word.startsWith("--"));
const secrets = { HELIOGRAPH_ADMIN_TOKEN: adminToken, SOME_ACCESS_TOKEN: "x" };

async function whatItMay(flags: string[], more: string[] = []): Promise<Record<string, unknown>> {
  await using folder = await TemporaryFolder.make();
  const metagraph = `${folder.path}/metagraph.json`;
  await Deno.writeTextFile(metagraph, "{}");
  await Deno.writeTextFile(`${metagraph}.secret`, "");
  const script = `${root}/tests/helpers/try_permissions.ts`;
  const line = [Deno.execPath(), "run", ...flags, script, metagraph, ...more];
  const { stdout, stderr, code } = await runToEnd(line, { cwd: folder.path, env: secrets });
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout);
}

Deno.test("once it listens, the server reads its own files and those read again, and writes nothing", async () => {
  assertEquals(await whatItMay(granted), {
    run: false,
    ffi: false,
    sys: false,
    import: false,
    net: true,
    readPasswords: false,
    readNeighbours: false,
    readMetagraph: true,
    readConfig: true,
    readProgram: true,
    readKey: false,
    write: false,
    variables: [],
  });
});

Deno.test("what everything was granted to gives up all but reading", async () => {
  const may = await whatItMay(["--allow-all", "--no-prompt"]);
  assertEquals([may["run"], may["ffi"], may["sys"], may["import"], may["write"]], Array(5).fill(false));
  assertEquals(may["variables"], []);
});

Deno.test("a module of handlers keeps what the process was started with", async () => {
  const may = await whatItMay(["--allow-all", "--no-prompt"], ["handlers.ts"]);
  assertEquals([may["run"], may["readPasswords"], may["write"]], [true, true, true]);
});

Deno.test("a server that is to make backups goes on writing, and gives up all else as any other", async () => {
  const without = await whatItMay(granted);
  const may = await whatItMay(granted, ["", "backups"]);
  assertEquals(may, { ...without, write: true });
});

Deno.test("a server with no more than it needs serves all that it serves, and ends well", async () => {
  await using folder = await TemporaryFolder.make();
  const metagraph = `${folder.path}/metagraph.json`;
  await Deno.writeTextFile(metagraph, '{"miners": []}');
  const { PATH = "", HOME = "" } = Deno.env.toObject();
  const inherited = {
    PATH,
    HOME,
    DENO_DIR: Deno.env.get("DENO_DIR") ?? `${HOME}/.cache/deno`,
    NO_COLOR: "1",
  };
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...granted, `${root}/main.ts`, "serve", "--port=0", `--metagraph=${metagraph}`],
    cwd: folder.path,
    clearEnv: true,
    env: { ...inherited, HELIOGRAPH_ADMIN_TOKEN: adminToken },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [stdout, stderr] = [new Lines(child.stdout), new Lines(child.stderr)];
  try {
    const url = /http:\S+/.exec(await stdout.find(/^ +dashboard /))?.[0] ?? "";
    await stdout.find(/^ +next /);
    const polling = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
    assertStringIncludes(await polling.text(), '"sid"');
    const page = await fetch(url, { headers: { accept: "text/html" } });
    await page.body?.cancel();
    assert([200, 503].includes(page.status));
    const value = await fetch(`${url}/api/v1/streams/network_metrics`);
    assertEquals((await value.json()).type, "network_metrics");
    for (const path of ["/healthz", "/readyz", "/ws/health"]) {
      const health = await fetch(`${url}${path}`);
      await health.body?.cancel();
      assertEquals(health.status, 200, path);
    }
    const metrics = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${adminToken}` } });
    await metrics.body?.cancel();
    assertEquals(metrics.status, 200);
  } finally {
    child.kill("SIGTERM");
    await Promise.all([stdout.ended, stderr.ended]);
  }
  assertEquals((await child.status).code, 0, stderr.all.join("\n"));
  assertEquals(stderr.all.filter((line) => /NotCapable|Fault|Requires/.test(line)), []);
});
