import { assertEquals } from "@std/assert";
import { verifyStore } from "../../lib/operations/mod.ts";
import { Peer, signMessage, testKey } from "../helpers/peer.ts";
import { PgBouncer, pgbouncer } from "../helpers/pgbouncer.ts";
import { postgres, PostgresServer } from "../helpers/postgres.ts";
import { ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { dataOf } from "../helpers/scene.ts";
import { inTime, until } from "../helpers/until.ts";

const keys = [testKey(7), testKey(8)] as const;
const [each, connections] = [100, 4];

testWith(
  postgres.missing ?? pgbouncer.missing,
  "servers behind PgBouncer in transaction mode: predictions at each, games at all, and nobody waits in vain",
  async () => {
    await using folder = await TemporaryFolder.make();
    await using database = await PostgresServer.start();
    await using pooler = await PgBouncer.before(database, connections);
    const direct = database.location();
    const location = `${direct.replace(`:${database.port}/`, `:${pooler.port}/`)}&prepare=false`;
    const surroundings = { cwd: folder.path, env: { HELIOGRAPH_STORE: location } };
    const flags = [`--store.listen_url=${direct}`];
    await using one = await ServerProcess.start(surroundings, flags);
    await using other = await ServerProcess.start(surroundings, flags);
    for (const [index, { address }] of keys.entries()) {
      await one.admin("PUT", `/admin/miners/${address}`, { uid: 7 + index });
    }
    await one.admin("POST", "/admin/games", { games: [sampleGame()] });
    const known = async () => (await other.admin("GET", "/admin/miners"))["miners"] as readonly unknown[];
    await until(async () => (await known()).length === keys.length, "the miners at the other server");
    const peers = [
      (await Peer.authenticated(one.ws, keys[0])).peer,
      (await Peer.authenticated(other.ws, keys[1])).peer,
    ];
    // Beyond what the pooler has connections for.
    await Promise.all(peers.map(async (peer, index) => {
      const key = keys[index];
      if (key === undefined) return;
      for (let count = 0; count < each; count += 1) {
        const prediction = samplePrediction(`${index}-${count}`, { miner_uid: 7 + index, wager: 0.001 });
        peer.send(signMessage(key, "prediction", prediction));
      }
      for (let count = 0; count < each; count += 1) {
        const frame = await peer.next(({ type }) => type === "confirmation" || type === "error");
        assertEquals(dataOf(frame)["status"], "success", JSON.stringify(frame));
      }
    }));
    for (let game = 2; game < 12; game += 1) {
      await one.admin("POST", "/admin/games", { games: [sampleGame(`g${game}`)] });
      const told = await Promise.all(peers.map((peer) => peer.next(({ type }) => type === "game_update")));
      assertEquals(told.map((frame) => dataOf(frame)["offset"]), [game, game]);
    }
    // Without the database's own address a server says that it is deaf, and hears of games all the same.
    await using deaf = await ServerProcess.start(surroundings);
    await deaf.stderr.find(/behind a pooler, name the database itself/);
    await one.admin("POST", "/admin/games", { games: [sampleGame("last")] });
    const games = async () => (await (await fetch(`${deaf.url}/api/v1/games`)).json())["games"].length;
    await until(async () => await games() === 12, "the game at a server that hears no notification");
    await Promise.all(peers.map((peer) => peer.close()));
    const { faults, receipts } = await inTime(verifyStore(location), "the store to be verified");
    assertEquals([faults, receipts], [[], keys.length * each]);
  },
);
