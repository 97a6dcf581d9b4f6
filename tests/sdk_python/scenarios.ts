import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FakeValidator } from "../helpers/fake_validator.ts";
import { testKey } from "../helpers/peer.ts";
import { runToEnd, ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { Relay } from "./relay.ts";
import {
  acceptedIds,
  assertDistinct,
  assertSound,
  environment,
  miner,
  predictions,
  serverFlags,
  startMiner,
  startServer,
} from "./scene.ts";

/** What a miner in Python must withstand, by name. */
export const scenarios = {
  "over WebSocket all is confirmed, and refusals are told": (python) => ordinaryDay(python, []),
  "over HTTP alone likewise": (python) => ordinaryDay(python, ["--websocket_enabled=False"]),
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
  "games that were missed come in order, and none twice": missedGames,
  "of two processes with one hotkey the older stops": replaced,
  "where nothing comes through a connection HTTP does": swallowed,
  "another validator under a known URL is not talked to": otherValidator,
  "its library answers and raises what it says": library,
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
    ["bad_message", `{"type": "confirmation", "data": ${"9".repeat(10_000)}}`],
    ["bad_message", validator.sign("confirmation", { ...data, prediction_id: "\ud800" })],
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
  for (
    const flags of [["--uid=7"], ["--uid=7", "--websocket_enabled=False"], ["--websocket_enabled=False"]]
  ) {
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

async function missedGames(python: string): Promise<void> {
  await using folder = await TemporaryFolder.make();
  await using server = await startServer(folder.path);
  await using relay = new Relay(server.url);
  await using mine = await startMiner(python, folder.path, relay.address);
  await mine.event("games");
  relay.mode = "refuse";
  relay.cut();
  await mine.event("problem");
  const odds = [2.2, 2.3, 2.4];
  for (const team_a_odds of odds) {
    await server.admin("POST", "/admin/games", { games: [sampleGame("g1", { team_a_odds })] });
  }
  relay.mode = "pass";
  await mine.event("games", { count: 4 });
  const updates = mine.of("games").map((event) => {
    const [game] = event["games"] as { team_a_odds: number }[];
    return [event["snapshot"], event["offset"], game?.team_a_odds];
  });
  assertEquals(updates, [[true, 1, 2.1], ...odds.map((odds, index) => [false, index + 2, odds])]);
}

async function swallowed(python: string): Promise<void> {
  await using folder = await TemporaryFolder.make();
  const validator = new FakeValidator();
  validator.upgrades = "swallow";
  await using listening = validator.listen();
  await using mine = await startMiner(python, folder.path, listening.url, ["--uid=7"]);
  await mine.put(predictions(2));
  await mine.event("confirmation", { count: 2 });
  assertMatch(await mine.stderr.find(/Over HTTP/), /no welcome|nothing came through/);
  assertEquals(new Set(validator.messages.map(({ via }) => via)), new Set(["http"]));
  await mine.endInput();
  assertEquals((await mine.ended()).code, 0);
}

async function replaced(python: string): Promise<void> {
  await using folder = await TemporaryFolder.make();
  await using server = await startServer(folder.path);
  await using older = await startMiner(python, folder.path, server.ws);
  await older.event("state", { holding: '"authenticated"' });
  await older.put(predictions(1));
  await older.event("confirmation");
  await using newer = await startMiner(python, folder.path, server.ws);
  await newer.event("state", { holding: '"authenticated"' });
  const { code, stderr } = await older.ended();
  assertEquals(code, 1);
  assertStringIncludes(stderr, "Another process has connected");
  await newer.put([samplePrediction("p1")]);
  await newer.endInput();
  assertEquals((await newer.ended()).code, 0);
}

async function otherValidator(python: string): Promise<void> {
  await using folder = await TemporaryFolder.make();
  await using otherFolder = await TemporaryFolder.make();
  await using known = await startServer(folder.path);
  await using other = await startServer(otherFolder.path);
  await using relay = new Relay(known.url);
  await using first = await startMiner(python, folder.path, relay.address);
  await first.put(predictions(1));
  await first.endInput();
  assertEquals((await first.ended()).code, 0);

  relay.target = other.url;
  for (const flags of [[], ["--websocket_enabled=False"]]) {
    await using mine = await startMiner(python, folder.path, relay.address, flags);
    await mine.put([samplePrediction("p9")]);
    await mine.endInput();
    const { code, stderr } = await mine.ended();
    assertEquals(code, 1);
    assertStringIncludes(stderr, "not the validator that this miner knows under that URL");
  }
  assertEquals(await acceptedIds(other), []);
}

async function library(python: string): Promise<void> {
  await using folder = await TemporaryFolder.make();
  await using otherFolder = await TemporaryFolder.make();
  await using server = await startServer(folder.path);
  await using other = await ServerProcess.start({ cwd: otherFolder.path });
  const program = new URL("programs/day.py", import.meta.url).pathname;
  const line = [python, "-X", "dev", program, server.ws, other.ws];
  const { code, stdout, stderr } = await runToEnd(line, { cwd: folder.path, env: environment });
  assertEquals({ code, holds: stdout.trimEnd().split("\n") }, {
    code: 0,
    holds: [
      "tells games",
      "answers confirmations",
      "raises refusals",
      "sends what was given up, too",
      "ends in order",
      "tells whoever waits that it has stopped",
      "goes on with one validator where another refuses",
    ],
  }, stderr);
}
