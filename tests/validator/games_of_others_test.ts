import { assertEquals } from "@std/assert";
import { openEngine } from "../../lib/engine/mod.ts";
import { sleep, systemClock } from "../../lib/protocol/mod.ts";
import { temporaryFolder } from "../engine/folder.ts";
import { startGateway } from "../helpers/gateway.ts";
import { signMessage, testKey } from "../helpers/peer.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { dataOf } from "../helpers/scene.ts";

const key = testKey(7);

/** Opens a store whose log tells of nothing that others append. */
const openDeaf: typeof openEngine = async (...where) => {
  const engine = await openEngine(...where);
  engine.log.follow = async function* (_, signal) {
    yield "anew";
    await sleep(systemClock, Infinity, signal);
  };
  return engine;
};

Deno.test("a prediction is judged by what another server has published last, heard of or not", async () => {
  await using folder = await temporaryFolder();
  const store = `${folder.path}/heliograph.db`;
  await using one = await startGateway({ store });
  await one.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
  await one.admin("POST", "/admin/games", { games: [sampleGame("g1")] });
  await using deaf = await startGateway({ store }, systemClock, openDeaf);
  const predict = async (id: string, overrides = {}) => {
    const body = signMessage(key, "prediction", samplePrediction(id, { wager: 0.1, ...overrides }));
    const answer = await fetch(`${deaf.url}/api/v1/predictions`, { method: "POST", body });
    return dataOf(await answer.json())["status"];
  };
  assertEquals(await predict("p1"), "success");
  const odds = { team_a_odds: 2.2 };
  await one.admin("POST", "/admin/games", { games: [sampleGame("g1", odds), sampleGame("g2")] });
  assertEquals(await predict("p2"), "error");
  assertEquals(await predict("p3", { ...odds, predicted_odds: 2.2 }), "success");
  assertEquals(await predict("p4", { game_id: "g2" }), "success");
  for (let number = 0; number < 3; number += 1) {
    await one.admin("POST", "/admin/games", { games: [sampleGame("g1", { tie_odds: 4 + number })] });
    await deaf.admin("POST", "/admin/games", { games: [sampleGame(`other ${number}`)] });
    assertEquals(await predict(`q${number}`), "error");
  }
});

Deno.test("what the log keeps no more of the games is read from the store before a prediction is judged", async () => {
  await using folder = await temporaryFolder();
  const store = `${folder.path}/heliograph.db`;
  const options = { store, "history.size": 2 };
  await using one = await startGateway(options);
  await one.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
  await using deaf = await startGateway(options, systemClock, openDeaf);
  for (let number = 1; number <= 9; number += 1) {
    await one.admin("POST", "/admin/games", { games: [sampleGame(`g${number}`)] });
  }
  const body = signMessage(key, "prediction", samplePrediction("p1", { game_id: "g1", wager: 0.1 }));
  const answer = await fetch(`${deaf.url}/api/v1/predictions`, { method: "POST", body });
  assertEquals(dataOf(await answer.json())["status"], "success");
});

Deno.test("a game that another server has changed is changed back where that was not heard of yet", async () => {
  await using folder = await temporaryFolder();
  const store = `${folder.path}/heliograph.db`;
  await using one = await startGateway({ store });
  await one.admin("POST", "/admin/games", { games: [sampleGame("g1")] });
  await using deaf = await startGateway({ store }, systemClock, openDeaf);
  await one.admin("POST", "/admin/games", { games: [sampleGame("g1", { team_a_odds: 2.2 })] });
  const { changed } = await deaf.admin("POST", "/admin/games", { games: [sampleGame("g1")] });
  assertEquals(changed, 1);
  const again = await deaf.admin("POST", "/admin/games", { games: [sampleGame("g1")] });
  assertEquals(again["changed"], 0);
});
