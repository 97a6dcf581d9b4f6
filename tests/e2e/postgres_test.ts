import { assertEquals, assertMatch } from "@std/assert";
import { verifyStore } from "../../lib/operations/mod.ts";
import { type Frame, Peer, signMessage, testKey } from "../helpers/peer.ts";
import { postgres, PostgresServer } from "../helpers/postgres.ts";
import { testWith } from "../helpers/programs.ts";
import { ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { dataOf } from "../helpers/scene.ts";
import { until, untilThere } from "../helpers/until.ts";

const key = testKey(7);

/** Posts a prediction, and answers the status with what was said. */
async function predict(server: ServerProcess, id: string): Promise<[number, Frame]> {
  const body = signMessage(key, "prediction", samplePrediction(id, { wager: 1 }));
  const answer = await fetch(`${server.url}/api/v1/predictions`, { method: "POST", body });
  return [answer.status, await answer.json()];
}

async function ready(server: ServerProcess): Promise<[number, string]> {
  const answer = await fetch(`${server.url}/readyz`);
  return [answer.status, await answer.text()];
}

testWith(
  postgres.missing,
  "servers on one database: a miner is served by any, and one that was killed loses and doubles nothing",
  async () => {
    await using folder = await TemporaryFolder.make();
    await using database = await PostgresServer.start({ fsync: "on" });
    const location = database.location();
    const surroundings = { cwd: folder.path, env: { HELIOGRAPH_STORE: location } };
    await using first = await ServerProcess.start(surroundings);
    await using second = await ServerProcess.start(surroundings);
    assertEquals(first.stdout.all.join("\n").includes("secret"), false);
    await first.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
    await first.admin("POST", "/admin/games", { games: [sampleGame()] });
    const { peer, welcome } = await Peer.authenticated(first.ws, key);
    const { epoch } = dataOf(welcome) as { epoch: string };
    peer.send(signMessage(key, "prediction", samplePrediction("p1", { wager: 1 })));
    const confirmed = dataOf(await peer.next(({ type }) => type === "confirmation"));
    assertEquals([confirmed["status"], confirmed["durability"], confirmed["offset"]], ["success", "disk", 1]);
    await until(
      async () => (await predict(second, "p2"))[1]["data"] !== undefined,
      "the game at the other server",
    );
    await first.end("SIGKILL");
    await peer.close();
    assertEquals((await predict(second, "p3"))[0], 200);
    const [, again] = await predict(second, "p3");
    assertEquals(dataOf(again)["duplicate"], true);
    await using third = await ServerProcess.start(surroundings);
    const recover = { games: { epoch, offset: 1 }, confirmations: { epoch, offset: 1 } };
    const back = await Peer.authenticated(third.ws, key, recover);
    assertEquals(dataOf(back.welcome)["recovered"], { games: true, confirmations: true });
    const missed = [await back.peer.next(), await back.peer.next(), await back.peer.next()];
    assertEquals(missed.map((frame) => dataOf(frame)["offset"]), [2, 3, 4]);
    await back.peer.close();
    const report = await verifyStore(location);
    assertEquals([report.sound, report.receipts], [true, 3]);
    const rows =
      "select sequence, prediction_id, prediction->>'game_id' from s1.predictions order by sequence";
    assertEquals((await database.sql(rows)).map((row) => row.split("|")[1]), ["p1", "p2", "p3"]);
    assertEquals(await database.sql("select uid, blacklisted from s1.miners"), ["7|f"]);
  },
);

testWith(
  postgres.missing,
  "a database that is gone for a while is missed, and found again without a restart",
  async () => {
    await using folder = await TemporaryFolder.make();
    await using database = await PostgresServer.start();
    const surroundings = { cwd: folder.path, env: { HELIOGRAPH_STORE: database.location() } };
    await using server = await ServerProcess.start(surroundings);
    await server.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
    await server.admin("POST", "/admin/games", { games: [sampleGame()] });
    assertEquals((await predict(server, "p1"))[0], 200);
    await database.stop("SIGQUIT");
    const words = await untilThere(async () => {
      const [status, text] = await ready(server);
      return status === 503 ? text : undefined;
    }, "the server to say so");
    assertMatch(words, /the database: /);
    assertEquals(words.includes("secret"), false);
    const [status, refusal] = await predict(server, "p2");
    const { code, retry_after_ms } = refusal["error"] as Record<string, unknown>;
    assertEquals([status, code, retry_after_ms], [500, "internal_error", 5000]);
    await database.resume();
    await until(async () => (await ready(server))[0] === 200, "the server to be ready again");
    const [, answer] = await predict(server, "p2");
    assertEquals([dataOf(answer)["status"], dataOf(answer)["duplicate"]], ["success", undefined]);
  },
);
