import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FakeValidator } from "../helpers/fake_validator.ts";
import { testKey } from "../helpers/peer.ts";
import { runToEnd, ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { PythonMiner } from "./miner.ts";
import { sdk } from "./pythons.ts";
import { Relay } from "./relay.ts";

const seed = "7".padStart(64, "0");
const miner = testKey(7);
const serverFlags = ["--websocket.rate_limit=100000", "--http.rate_limit=100000", "--log.level=WARNING"];

/** What a miner in Python must withstand, by name. */
export const scenarios = {
  "over WebSocket all is confirmed, and refusals are told": (python) => ordinaryDay(python, []),
  "over HTTP alone likewise": (python) => ordinaryDay(python, ["--websocket_enabled=False", "--uid=7"]),
  "a server that is killed under load costs nothing and doubles nothing": (python) =>
    restarts(python, (server) => server.end("SIGKILL")),
  "a server that drains under load costs nothing and doubles nothing": (python) =>
    restarts(python, (server) => server.end("SIGTERM")),
  "a miner that is killed sends the rest when it is back": killedMiner,
  "behind a proxy without upgrades HTTP does, and a WebSocket once there is one": proxyWithoutUpgrades,
  "two validators each confirm all": twoValidators,
  "forged confirmations are reported and never count": forgedConfirmations,
  "an unregistered miner stops, and is told what to do": unregistered,
  "Ctrl-C ends in order, and leaves what waits in the store": interrupted,
} as const satisfies Readonly<Record<string, (python: string) => Promise<void>>>;

async function ordinaryDay(python: string, flags: readonly string[]): Promise<void> {
  await using folder = await TemporaryFolder.make();
  await using server = await startServer(folder.path);
  await using mine = await startMiner(python, folder.path, server.ws, flags);
  await mine.put([...predictions(60), samplePrediction("unknown game", { game_id: "g9" })]);
  await mine.put([{ ...samplePrediction("filled in"), miner_uid: undefined }]);
  await mine.endInput();
  const { code, stderr } = await mine.ended();
  assertEquals(code, 1, stderr);
  assertEquals(mine.of("refused").map((event) => event["prediction_id"]), ["unknown game"]);
  assertEquals(mine.of("confirmation").length, 61);
  assertEquals(mine.of("problem"), []);
  const [games] = mine.of("games");
  assertEquals([games?.["snapshot"], (games?.["games"] as unknown[]).length], [true, 1]);
  await assertSound(python, folder.path, server, 61);
}

/** The server ends three times, and starts again on the same store. */
async function restarts(python: string, end: (server: ServerProcess) => Promise<unknown>): Promise<void> {
  await using folder = await TemporaryFolder.make();
  let server = await startServer(folder.path);
  try {
    await using relay = new Relay(server.url);
    await using mine = await startMiner(python, folder.path, relay.address);
    await mine.put(predictions(150));
    await mine.endInput();
    for (const count of [10, 50, 100]) {
      await mine.event("confirmation", { count });
      await end(server);
      server = await ServerProcess.start({ cwd: folder.path }, serverFlags);
      relay.target = server.url;
    }
    const { code, stderr } = await mine.ended();
    assertEquals(code, 0, stderr);
    assertDistinct(mine.of("confirmation").map((event) => event["prediction_id"]), 150);
    await assertSound(python, folder.path, server, 150);
  } finally {
    await server.end("SIGKILL");
  }
}

async function killedMiner(python: string): Promise<void> {
  await using folder = await TemporaryFolder.make();
  await using server = await startServer(folder.path);
  const confirmed: unknown[] = [];
  await using first = await startMiner(python, folder.path, server.ws);
  await first.put(predictions(150));
  await first.endInput();
  await first.event("confirmation", { count: 20 });
  await first.end("SIGKILL");
  confirmed.push(...first.of("confirmation").map((event) => event["prediction_id"]));

  await using second = await startMiner(python, folder.path, server.ws);
  await second.endInput();
  const { code, stderr } = await second.ended();
  assertEquals(code, 0, stderr);
  const kept = second.of("confirmation").map((event) => event["prediction_id"]);
  assert(kept.length > 0, "nothing was left in the store");
  confirmed.push(...kept);
  // What was decided before it could be printed, is in the store all the same.
  assertEquals(new Set(confirmed).size, confirmed.length);

  await using third = await startMiner(python, folder.path, server.ws);
  await third.put(predictions(150));
  await third.endInput();
  assertEquals((await third.ended()).code, 0);
  await assertSound(python, folder.path, server, 150);
}

async function proxyWithoutUpgrades(python: string): Promise<void> {
  await using folder = await TemporaryFolder.make();
  await using server = await startServer(folder.path);
  await using relay = new Relay(server.url);
  relay.mode = "no upgrades";
  await using mine = await startMiner(python, folder.path, relay.address, ["--uid=7"]);
  await mine.put(predictions(5));
  await mine.event("confirmation", { count: 5 });
  assertMatch(
    await mine.stderr.find(/Over HTTP/),
    /http:\/\/127\.0\.0\.1:\d+: no upgrade to WebSocket: .*426/,
  );
  assertEquals(mine.of("state").map((event) => event["state"]).includes("authenticated"), false);
  await mine.event("games");
  await server.admin("POST", "/admin/games", { games: [sampleGame("g2")] });
  await mine.event("games", { holding: '"g2"' });

  relay.mode = "pass";
  await mine.event("state", { holding: '"authenticated"' });
  await mine.stderr.find(/No longer over HTTP/);
  await mine.put([samplePrediction("late")]);
  await mine.event("confirmation", { holding: '"late"' });
  await mine.stderr.find(/Pushed prediction late via WebSocket/);
  await mine.endInput();
  assertEquals((await mine.ended()).code, 0);
  await assertSound(python, folder.path, server, 6);
}

async function twoValidators(python: string): Promise<void> {
  await using folder = await TemporaryFolder.make();
  await using otherFolder = await TemporaryFolder.make();
  await using one = await startServer(folder.path);
  await using other = await startServer(otherFolder.path);
  await using mine = await startMiner(python, folder.path, `${one.ws},${other.ws}`);
  await mine.put(predictions(150));
  await mine.endInput();
  const { code, stderr } = await mine.ended();
  assertEquals(code, 0, stderr);
  for (const server of [one, other]) {
    const mined = mine.of("confirmation").filter((event) => event["validator"] === server.ws);
    assertDistinct(mined.map((event) => event["prediction_id"]), 150);
    assertDistinct(await acceptedIds(server), 150);
  }
}

async function forgedConfirmations(python: string): Promise<void> {
  await using folder = await TemporaryFolder.make();
  const validator = new FakeValidator();
  validator.onMessage = () => "ignore";
  await using listening = validator.listen();
  await using mine = await startMiner(python, folder.path, listening.url);
  await mine.event("state", { holding: '"authenticated"' });
  await mine.put([samplePrediction("p1")]);
  await mine.stderr.find(/Pushed prediction p1/);

  const data = { prediction_id: "p1", status: "success", message: "Prediction accepted" };
  const stranger = testKey(66);
  const forgeries: readonly [code: string, text: string][] = [
    ["wrong_sender", validator.sign("confirmation", data, stranger)],
    [
      "bad_signature",
      validator.sign("confirmation", data, stranger).replace(stranger.address, validator.key.address),
    ],
    [
      "bad_signature",
      validator.sign("confirmation", { ...data, prediction_id: "p0" }).replace('"p0"', '"p1"'),
    ],
    ["bad_message", validator.sign("confirmation", data).replace(/, "signature": "\w+"/, "")],
    ["bad_message", '{"type": "confirmation", "prediction_id": "p1"'],
    ["bad_message", '{"type": "confirmation", "wager": NaN}'],
    ["bad_message", `{"type": "confirmation", "data": ${"[".repeat(50_000)}${"]".repeat(50_000)}}`],
  ];
  for (const [index, [, text]] of forgeries.entries()) {
    validator.latestPeer.send(text);
    await mine.event("problem", { count: index + 1 });
  }
  assertEquals(mine.of("problem").map((event) => event["code"]), forgeries.map(([code]) => code));
  assertEquals(mine.of("confirmation"), []);

  const hash = "0".repeat(64);
  const receipt = { sequence: 1, hash, previous: hash, miner_sequence: 1 };
  validator.latestPeer.send(validator.sign("confirmation", { ...data, receipt }));
  assertStringIncludes(String((await mine.event("confirmation"))["fault"]), "other content");
  await mine.endInput();
  assertEquals((await mine.ended()).code, 1);
  assertEquals(validator.faults, []);
}

async function unregistered(python: string): Promise<void> {
  await using folder = await TemporaryFolder.make();
  await using server = await startServer(folder.path);
  await server.admin("PUT", `/admin/miners/${miner.address}`, { uid: 7, blacklisted: true });
  await using blacklisted = await startMiner(python, folder.path, server.ws, ["--uid=7"]);
  await blacklisted.put(predictions(1));
  await blacklisted.endInput();
  const end = await blacklisted.ended();
  assertEquals(end.code, 1);
  assertMatch(
    end.stderr,
    /refuses hotkey 5\w+ \(.*blacklisted\)\. Only the validator's operator can lift that/,
  );

  await server.admin("DELETE", `/admin/miners/${miner.address}`);
  for (const flags of [["--uid=7"], ["--uid=7", "--websocket_enabled=False"]]) {
    await using unknown = await startMiner(python, folder.path, server.ws, flags);
    await unknown.put(predictions(1));
    await unknown.endInput();
    const { code, stderr } = await unknown.ended();
    assertEquals(code, 1);
    assertStringIncludes(stderr, `(PUT /admin/miners/${miner.address}), and start again`);
    assertEquals(stderr.includes("Traceback"), false, stderr);
  }
}

async function interrupted(python: string): Promise<void> {
  await using folder = await TemporaryFolder.make();
  const validator = new FakeValidator();
  validator.onMessage = () => "ignore";
  await using listening = validator.listen();
  await using mine = await startMiner(python, folder.path, listening.url);
  await mine.put(predictions(3));
  await mine.stderr.find(/Pushed prediction p2/);
  const { code, stderr } = await mine.end("SIGINT");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "3 waiting");
  assertEquals(stderr.includes("Traceback"), false, stderr);

  validator.onMessage = () => "decide";
  await using again = await startMiner(python, folder.path, listening.url);
  await again.endInput();
  assertEquals((await again.ended()).code, 0);
  assertDistinct(again.of("confirmation").map((event) => event["prediction_id"]), 3);
  assertEquals(validator.faults, []);
}

/** A server that knows the miner, and a game. */
async function startServer(cwd: string): Promise<ServerProcess> {
  const server = await ServerProcess.start({ cwd }, serverFlags);
  await server.admin("PUT", `/admin/miners/${miner.address}`, { uid: 7 });
  await server.admin("POST", "/admin/games", { games: [sampleGame()] });
  return server;
}

function startMiner(
  python: string,
  cwd: string,
  validators: string,
  flags: readonly string[] = [],
): Promise<PythonMiner> {
  return PythonMiner.start({ python, cwd, validators, seed, flags });
}

function predictions(count: number) {
  return Array.from({ length: count }, (_, index) => samplePrediction(`p${index}`));
}

async function acceptedIds(server: ServerProcess): Promise<string[]> {
  const { predictions } = await server.admin("GET", "/admin/predictions?limit=1000");
  return (predictions as { prediction_id: string }[]).map(({ prediction_id }) => prediction_id);
}

function assertDistinct(ids: readonly unknown[], count: number): void {
  assertEquals([ids.length, new Set(ids).size], [count, count]);
}

/** The server has each prediction once, and the miner's store every receipt of them. */
async function assertSound(
  python: string,
  cwd: string,
  server: ServerProcess,
  count: number,
): Promise<void> {
  assertDistinct(await acceptedIds(server), count);
  const health = await (await fetch(`${server.url}/ws/health`)).json();
  const line = [python, "-m", "heliograph", "verify", "miner.db", `--validator=${health.validator}`];
  const env = { PYTHONPATH: sdk, PYTHONDONTWRITEBYTECODE: "1" };
  const { code, stdout, stderr } = await runToEnd(line, { cwd, env });
  assertEquals(code, 0, stdout + stderr);
  assertStringIncludes(stdout, `${count} receipts, 1 to ${count}`);
}
