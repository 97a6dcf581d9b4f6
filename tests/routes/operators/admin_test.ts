import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { adminToken, startGateway } from "../../helpers/gateway.ts";
import { Peer, testKey } from "../../helpers/peer.ts";
import { sampleGame, samplePrediction } from "../../helpers/samples.ts";
import { type Answer, Scene } from "../../helpers/scene.ts";

const headers = { authorization: `Bearer ${adminToken}` };

function codeOf({ body }: Answer): unknown {
  return (body["error"] as Record<string, unknown> | undefined)?.["code"];
}

/** The miners as they were registered. */
async function registered(scene: Scene) {
  const { miners } = await scene.server.admin("GET", "/admin/miners") as {
    miners: Record<string, unknown>[];
  };
  return miners.map(({ hotkey, uid, blacklisted }) => ({ hotkey, uid, blacklisted }));
}

Deno.test("without a token in the configuration nothing is found under /admin", async () => {
  await using server = await startGateway({ admin_token: undefined });
  for (const path of ["/admin/miners", "/admin/nothing", "/admin"]) {
    const response = await fetch(`${server.url}${path}`, { headers });
    assertEquals(response.status, 404);
    await response.body?.cancel();
  }
});

Deno.test("a wrong or missing token is refused everywhere under /admin, also where there is nothing", async () => {
  await using scene = await Scene.start();
  const wrong = [
    "",
    "Bearer",
    "Bearer ",
    "Bearer wrong",
    `Basic ${adminToken}`,
    `Bearer ${adminToken}x`,
    adminToken,
  ];
  for (const authorization of wrong) {
    for (const path of ["/admin/miners", "/admin/nothing", "/admin"]) {
      const answer = await scene.call("GET", path, { headers: { authorization } });
      assertEquals([answer.status, codeOf(answer)], [401, "unauthorized"], authorization);
    }
  }
  assertEquals((await scene.call("POST", "/admin/drain")).status, 401);
  assertEquals((await scene.call("GET", "/admin/nothing", { headers })).status, 404);
  assertEquals((await scene.call("GET", "/admin/miners", { headers })).status, 200);
});

Deno.test("what is wrong with an operator's request is said, and changes nothing", async (test) => {
  await using scene = await Scene.start();
  const miner = `/admin/miners/${testKey(8).address}`;
  const game = (change: Record<string, unknown>) =>
    JSON.stringify({ games: [{ ...sampleGame("new"), ...change }] });
  const cases: readonly (readonly [string, string, string, string])[] = [
    ["PUT", miner, "", "Not JSON"],
    ["PUT", miner, "null", "expected a JSON object"],
    ["PUT", miner, '{"uid": "7"}', "uid"],
    ["PUT", miner, '{"uid": -1}', "uid"],
    ["PUT", miner, '{"uid": 1.5}', "uid"],
    ["PUT", miner, '{"uid": 1, "blacklisted": "yes"}', "blacklisted"],
    ["PUT", miner, '{"uid": 1, "blaklisted": true}', "blaklisted"],
    ["PUT", miner, '{"uid": 1, "__proto__": {"x": 1}}', "__proto__"],
    ["PUT", "/admin/miners/5abc", '{"uid": 1}', "hotkey"],
    ["PUT", "/admin/miners/%ff", '{"uid": 1}', "hotkey"],
    ["DELETE", "/admin/miners/x", "", "hotkey"],
    ["POST", "/admin/games", "{}", "expected a list"],
    ["POST", "/admin/games", '{"games": {}}', "expected a list"],
    ["POST", "/admin/games", '{"games": [1]}', "0: expected an object"],
    ["POST", "/admin/games", game({ game_id: "" }), "game_id"],
    ["POST", "/admin/games", game({ team_a_odds: "2.1" }), "team_a_odds"],
    ["POST", "/admin/games", game({ event_start_date: "soon" }), "event_start_date"],
    ["POST", "/admin/games", game({ event_start_date: "game 7" }), "event_start_date"],
    ["POST", "/admin/games", game({ event_start_date: "2026-13-01T00:00:00Z" }), "event_start_date"],
    ["POST", "/admin/games", game({ note: "x".repeat(64_000) }), "characters"],
    ["POST", "/admin/games", JSON.stringify({ games: [sampleGame("new"), {}] }), "1: game_id"],
    ["GET", "/admin/predictions?after=-1", "", "after"],
    ["GET", "/admin/predictions?limit=0", "", "limit"],
    ["GET", "/admin/predictions?limit=1001", "", "limit"],
    ["GET", "/admin/predictions?wait=soon", "", "wait"],
  ];
  for (const [method, path, body, message] of cases) {
    await test.step(`${method} ${path.slice(0, 40)} ${body.slice(-40)}`, async () => {
      const answer = await scene.call(method, path, {
        headers,
        ...(body === "" || method === "GET" ? {} : { body }),
      });
      assertEquals(answer.status, 400, JSON.stringify(answer.body));
      assertStringIncludes(JSON.stringify(answer.body), message);
    });
  }
  assertEquals(await registered(scene), [{ hotkey: scene.key.address, uid: 7, blacklisted: false }]);
  assertEquals((await scene.call("GET", "/api/v1/games")).body["offset"], 1);
});

Deno.test("miners are registered, listed by uid, and removed", async () => {
  await using scene = await Scene.start();
  await scene.register(testKey(3), 3, true);
  assertEquals(await registered(scene), [
    { hotkey: testKey(3).address, uid: 3, blacklisted: true },
    { hotkey: scene.key.address, uid: 7, blacklisted: false },
  ]);
  const path = `/admin/miners/${testKey(3).address}`;
  assertEquals((await scene.server.admin("DELETE", path))["removed"], true);
  assertEquals((await scene.call("DELETE", path, { headers })).status, 404);
});

Deno.test("accepted predictions are read in sequence, page by page, and as lines", async () => {
  await using scene = await Scene.start();
  for (let index = 1; index <= 5; index += 1) await scene.submit(samplePrediction(`p${index}`));
  const seen: unknown[] = [];
  let next = 0;
  for (const expected of [2, 2, 1, 0]) {
    const page = await scene.server.admin("GET", `/admin/predictions?after=${next}&limit=2`);
    const predictions = page["predictions"] as Record<string, unknown>[];
    assertEquals(predictions.length, expected);
    seen.push(...predictions.map((prediction) => prediction["prediction_id"]));
    next = Number(page["next"]);
  }
  assertEquals([seen, next], [["p1", "p2", "p3", "p4", "p5"], 5]);
  const lines = await fetch(`${scene.server.url}/admin/predictions?after=3`, {
    headers: { ...headers, accept: "application/x-ndjson" },
  });
  const parsed = (await lines.text()).trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(parsed.map(({ sequence, hotkey, uid }) => [sequence, hotkey, uid]), [
    [4, scene.key.address, 7],
    [5, scene.key.address, 7],
  ]);
});

Deno.test("reading with wait answers with the next accepted prediction, and not with a refused one", async () => {
  await using scene = await Scene.start();
  const waiting = scene.server.admin("GET", "/admin/predictions?wait=60");
  await scene.submit(samplePrediction("refused", { wager: 0 }));
  await scene.submit(samplePrediction("accepted"));
  const [first] = (await waiting)["predictions"] as Record<string, unknown>[];
  assertEquals(first?.["prediction_id"], "accepted");
});

Deno.test("no commit is missed between two reads with wait", async () => {
  await using scene = await Scene.start();
  const count = 40;
  const writing = (async () => {
    for (let index = 1; index <= count; index += 1) await scene.submit(samplePrediction(`p${index}`));
  })();
  for (let next = 0; next < count;) {
    next = Number((await scene.server.admin("GET", `/admin/predictions?after=${next}&wait=60`))["next"]);
  }
  await writing;
});

Deno.test("connections are listed, and one can be dropped", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  const stream = await Peer.open(scene.server.ws.replace(/ws$/, "ws/stream"));
  await stream.next();
  const { connections } = await scene.server.admin("GET", "/admin/connections");
  const listed = connections as Record<string, unknown>[];
  assertEquals(listed.map(({ family, hotkey, open }) => [family, hotkey, open]), [
    ["miners", scene.key.address, true],
    ["streams", null, true],
  ]);
  await scene.server.admin("DELETE", `/admin/connections/${listed[0]?.["id"]}`);
  const { code, reason } = await peer.ended;
  assertEquals([code, reason.startsWith("Server closing connection")], [1001, true]);
  const missing = await scene.call("DELETE", "/admin/connections/nothing", { headers });
  assertEquals(missing.status, 404);
  assert(stream.socket.readyState === WebSocket.OPEN);
  await stream.close();
});

Deno.test("games too large for one update are refused as a whole, and in parts they go out", async () => {
  await using scene = await Scene.start({ "websocket.max_queue": 64 * 1024 });
  const games = [1, 2, 3].map((number) => sampleGame(`big${number}`, { note: "x".repeat(15_000) }));
  const peer = await scene.connect();
  const refused = await scene.call("POST", "/admin/games", { headers, body: JSON.stringify({ games }) });
  assertEquals([refused.status, codeOf(refused)], [413, "too_large"]);
  for (const game of games) assertEquals((await scene.addGames([game]))["changed"], 1);
  for (let number = 1; number <= 3; number++) assertEquals((await peer.next()).type, "game_update");
  await peer.close();
});
