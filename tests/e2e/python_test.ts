import { assertEquals, assertMatch } from "@std/assert";
import { adminToken } from "../helpers/gateway.ts";
import { sampleGame } from "../helpers/samples.ts";
import { testKey } from "../helpers/peer.ts";
import { commandLine, Lines, runToEnd, ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { pythonWith, testWith } from "../helpers/programs.ts";

const python = await pythonWith("websockets");
const missing = python === undefined ? "no Python with the module websockets" : undefined;
const guide = new URL("../../docs/miner.py", import.meta.url).pathname;
const sdk = new URL("../../sdk/python", import.meta.url).pathname;
const program = (name: string) => [python ?? "", "-B", `${import.meta.dirname}/python/${name}.py`];

testWith(
  missing,
  "a miner in Python signs, submits, verifies, recovers, and gets on with HTTP alone",
  async () => {
    await using folder = await TemporaryFolder.make();
    const key = `${folder.path}/miner.key`;
    await runToEnd(commandLine("keys", "new", "--out", key), { cwd: folder.path });
    await using server = await ServerProcess.start({ cwd: folder.path }, [
      "--websocket.heartbeat_interval=0.5",
      "--predictions.smallest_wager=0.0000001",
    ]);
    const seed = Number(Deno.env.get("PYTHON_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);
    const day = { url: server.url, token: adminToken, keys: commandLine("keys"), key, seed };
    const { code, stdout, stderr } = await runToEnd([...program("miner"), JSON.stringify(day)], {
      cwd: folder.path,
    });
    assertEquals({ code, done: stdout.trimEnd().split("\n") }, {
      code: 0,
      done: [
        "authenticates",
        "submits single predictions",
        "submits batches",
        "is told of refusals",
        "receives game updates",
        "exchanges heartbeats",
        "recovers what it missed",
        "gets the first receipt again",
        "uses http alone",
        "finds everything in the log",
      ],
    }, `seed ${seed}\n${stderr}`);
  },
);

for (const path of ["/ws", "/", ""]) {
  testWith(
    missing,
    `the diagnostic client for Python finds its connection successful on "${path}"`,
    async () => {
      await using folder = await TemporaryFolder.make();
      await using server = await ServerProcess.start({ cwd: folder.path });
      const address = path === ""
        ? server.url.replace("http://", "")
        : server.url.replace("http", "ws") + path;
      const line = [...program("diagnose"), address, testKey(1).address];
      const { stdout } = await runToEnd(line, { cwd: folder.path });
      assertEquals(stdout.trimEnd().split("\n").at(-1), "Connection test successful!", stdout);
    },
  );
}

testWith(missing, "the diagnostic client for Python says so when nobody listens", async () => {
  await using folder = await TemporaryFolder.make();
  const { stdout } = await runToEnd([...program("diagnose"), "127.0.0.1:1", testKey(1).address], {
    cwd: folder.path,
  });
  assertEquals(stdout.trimEnd().split("\n").at(-1)?.startsWith("Connection failed: "), true, stdout);
});

testWith(missing, "the miner of the guides predicts on a game and prints its receipt", async () => {
  await using folder = await TemporaryFolder.make();
  const key = `${folder.path}/miner.key`;
  const made = await runToEnd(commandLine("keys", "new", "--out", key), { cwd: folder.path });
  await using server = await ServerProcess.start({ cwd: folder.path });
  await server.admin("PUT", `/admin/miners/${JSON.parse(made.stdout).address}`, { uid: 7 });
  await server.admin("POST", "/admin/games", { games: [sampleGame()] });
  const miner = new Deno.Command(python ?? "", {
    args: ["-B", guide, server.ws, key],
    cwd: folder.path,
    env: { PYTHONPATH: sdk },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [lines, complaints] = [new Lines(miner.stdout), new Lines(miner.stderr)];
  const line = await lines.find(/./);
  assertMatch(line, /^Prediction accepted \{'hash': '[0-9a-f]{64}', 'miner_sequence': 1, .*'sequence': 1\}$/);
  const started = sampleGame("g2", { event_start_date: "2020-01-01T15:00:00+00:00" });
  await server.admin("POST", "/admin/games", { games: [started] });
  await lines.find(/^Prediction \S+ was refused: .*started/);
  miner.kill("SIGINT");
  const [{ code }] = await Promise.all([miner.status, lines.ended, complaints.ended]);
  assertEquals([code, complaints.all], [130, []]);
});

const misuses: readonly [what: string, args: readonly string[], says: string][] = [
  ["without arguments", [], "python3 miner.py ws://127.0.0.1:10401 data/miner.key"],
  ["with an absent key", ["ws://127.0.0.1:1", "absent.key"], "No such file"],
  ["with what is no key", ["ws://127.0.0.1:1", guide], "Cannot read key file"],
  ["with a wrong URL", ["ftp://127.0.0.1", "miner.key"], "expected a ws://, wss://, http:// or https:// URL"],
];

for (const [what, args, says] of misuses) {
  testWith(missing, `the miner of the guides says in one line what is wrong ${what}`, async () => {
    await using folder = await TemporaryFolder.make();
    await Deno.writeTextFile(`${folder.path}/miner.key`, "1".repeat(64));
    const line = [python ?? "", "-B", guide, ...args];
    const { code, stderr } = await runToEnd(line, { cwd: folder.path, env: { PYTHONPATH: sdk } });
    assertEquals([code, stderr.trimEnd().split("\n").length, stderr.includes(says)], [1, 1, true], stderr);
  });
}
