import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { adminToken } from "../helpers/gateway.ts";
import { Peer, signMessage, testKey } from "../helpers/peer.ts";
import { commandLine, type Outcome, runToEnd, ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";

const unconfigured = { HELIOGRAPH_ADMIN_TOKEN: "" };
const permissionBits = 0o777;

async function health({ url }: ServerProcess): Promise<Record<string, unknown>> {
  return await (await fetch(`${url}/ws/health`)).json();
}

async function serveToEnd(flags: string[], env: Record<string, string> = {}): Promise<Outcome> {
  await using folder = await TemporaryFolder.make();
  return await runToEnd(commandLine("serve", ...flags), { cwd: folder.path, env });
}

/** A miner connects and submits one prediction, and a game changes. */
async function runErrands(server: ServerProcess): Promise<void> {
  const key = testKey(1);
  await server.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
  const { peer } = await Peer.authenticated(server.ws, key);
  await server.admin("POST", "/admin/games", { games: [sampleGame()] });
  peer.send(signMessage(key, "prediction", samplePrediction("p1")));
  await peer.next(({ type }) => type === "confirmation");
  await peer.close();
}

Deno.test("serve starts with nothing configured, and says where it listens, its key, its store and what to do next", async () => {
  await using folder = await TemporaryFolder.make();
  await using server = await ServerProcess.start({ cwd: folder.path, env: unconfigured });
  const { validator, status } = await health(server);
  assertEquals(status, "online");
  assertEquals(server.stdout.all.slice(1), [
    `  dashboard  ${server.url}`,
    `  miners     ${server.ws}`,
    `  streams    ${server.ws}/stream  (simulated data; --rpc_url names a node)`,
    `  HTTP       ${server.url}/api/v1`,
    `  health     ${server.url}/ws/health`,
    `  validator  ${validator}`,
    `  key        ${folder.path}/data/validator.key  (made just now)`,
    `  store      ${folder.path}/data/heliograph.db`,
    "  next       no miner is registered: set HELIOGRAPH_ADMIN_TOKEN or --metagraph=FILE; see it work: deno task demo",
  ]);
  const { mode } = await Deno.stat(`${folder.path}/data/validator.key`);
  assertEquals((mode ?? 0) & permissionBits, 0o600);
  assert((await Deno.stat(`${folder.path}/data/heliograph.db`)).isFile);
});

Deno.test("serve with port 0 prints the port that it got", async () => {
  await using folder = await TemporaryFolder.make();
  await using server = await ServerProcess.start({ cwd: folder.path });
  assertMatch(server.url, /^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
  assertEquals((await health(server))["status"], "online");
});

Deno.test("serve ends with exit code 0 on SIGTERM and SIGINT, and tells its clients", async () => {
  await using folder = await TemporaryFolder.make();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    await using server = await ServerProcess.start({ cwd: folder.path });
    const peer = await Peer.open(server.url.replace("http", "ws"));
    const { success, code } = await server.end(signal);
    assertEquals({ success, code }, { success: true, code: 0 });
    assertEquals((await peer.next(({ type }) => type === "error"))["code"], "server_closing");
    assertEquals((await peer.ended).code, 1001);
  }
});

Deno.test("serve takes up the key and the store that an earlier start made", async () => {
  await using folder = await TemporaryFolder.make();
  await using first = await ServerProcess.start({ cwd: folder.path });
  const { validator } = await health(first);
  await runErrands(first);
  const before = await first.admin("GET", "/admin/predictions");
  await first.end("SIGTERM");
  await using second = await ServerProcess.start({ cwd: folder.path });
  assertEquals((await health(second))["validator"], validator);
  assert(second.stdout.all.includes(`  key        ${folder.path}/data/validator.key`));
  assertEquals(await second.admin("GET", "/admin/predictions"), before);
  assertEquals((before["predictions"] as unknown[]).length, 1);
});

Deno.test("serve refuses what it cannot use with one line that names it", async (test) => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const faults: {
    name: string;
    flags: string[];
    env?: Record<string, string>;
    code: number;
    says: string;
  }[] = [
    { name: "a port in use", flags: [`--port=${port}`], code: 1, says: `127.0.0.1:${port}: it is in use` },
    {
      name: "an unknown flag",
      flags: ["--prot=1"],
      code: 2,
      says: "Unknown flag --prot: did you mean --port?",
    },
    {
      name: "an unknown variable",
      flags: [],
      env: { HELIOGRAPH_PROT: "1" },
      code: 2,
      says: "Unknown variable HELIOGRAPH_PROT: did you mean HELIOGRAPH_PORT?",
    },
    {
      name: "a malformed flag",
      flags: ["--port=http"],
      code: 2,
      says: 'Invalid port: flag --port is "http"',
    },
    {
      name: "a malformed variable",
      flags: [],
      env: { HELIOGRAPH_WEBSOCKET_ENABLED: "perhaps" },
      code: 2,
      says: "Invalid websocket.enabled: variable HELIOGRAPH_WEBSOCKET_ENABLED",
    },
    { name: "a missing file", flags: ["--config=none.yaml"], code: 2, says: "none.yaml" },
    { name: "no metagraph", flags: ["--port=0", "--metagraph=none.json"], code: 1, says: "none.json" },
    {
      name: "an unusable store",
      flags: ["--port=0", "--store=/dev/null/x.db"],
      code: 1,
      says: "/dev/null/x.db",
    },
    {
      name: "an unusable key",
      flags: ["--port=0", "--validator_key=/dev/null"],
      code: 1,
      says: "Cannot use the validator key /dev/null",
    },
  ];
  for (const { name, flags, env, code, says } of faults) {
    await test.step(name, async () => {
      const outcome = await serveToEnd(flags, env);
      assertStringIncludes(outcome.stderr, says);
      assertEquals(outcome.stderr.trimEnd().split("\n").length, 1, outcome.stderr);
      assertEquals([outcome.code, outcome.stdout], [code, ""]);
    });
  }
});

Deno.test("serve never prints a wrong admin token", async () => {
  const { code, stdout, stderr } = await serveToEnd([], { HELIOGRAPH_ADMIN_TOKEN: "secret word" });
  assertEquals(code, 2);
  assertStringIncludes(stderr, "variable HELIOGRAPH_ADMIN_TOKEN");
  assertEquals(`${stdout}${stderr}`.includes("secret"), false);
});

for (const format of ["json", "pretty"] as const) {
  Deno.test(`serve logs the lines that operators look for at INFO, as ${format}, and never the admin token`, async () => {
    await using folder = await TemporaryFolder.make();
    const flags = [`--log.format=${format}`, "--websocket.log_level=TRACE"];
    await using server = await ServerProcess.start({ cwd: folder.path }, flags);
    await runErrands(server);
    await server.end("SIGTERM");
    const output = [...server.stdout.all, ...server.stderr.all];
    const info = server.stderr.all.filter((line) => line.includes("INFO"));
    for (
      const wanted of [
        "WebSocket connection established with miner",
        "Sent confirmation for prediction p1 via WebSocket",
        "Broadcasting game updates to connected miners",
      ]
    ) assertEquals(info.filter((line) => line.includes(wanted)).length, 1, wanted);
    assertEquals(output.filter((line) => line.includes(adminToken)), []);
    if (format === "json") { for (const line of server.stderr.all) JSON.parse(line); }
  });
}

Deno.test("an operator sees what each setting is, and what sets it", async () => {
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/heliograph.yaml`, "region: north\n");
  const env = { HELIOGRAPH_HISTORY_SIZE: "500" };
  const flags = ["--config=heliograph.yaml", "--shutdown_timeout=5"];
  await using server = await ServerProcess.start({ cwd: folder.path, env }, flags);
  const { settings } = await server.admin("GET", "/admin/config") as { settings: Record<string, unknown>[] };
  const told = (name: string) => {
    const { value, source } = settings.find((setting) => setting["name"] === name) ?? {};
    return [value, source];
  };
  assertEquals(told("region"), ["north", "key region in heliograph.yaml"]);
  assertEquals(told("history.size"), ["500", "variable HELIOGRAPH_HISTORY_SIZE"]);
  assertEquals(told("shutdown_timeout"), ["5", "flag --shutdown_timeout"]);
  assertEquals(told("websocket.max_queue"), ["1MiB", "default"]);
  assertEquals(told("admin_token")[0], "***");
});
