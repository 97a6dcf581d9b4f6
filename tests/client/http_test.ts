import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { type Fetch, MinerClient } from "../../lib/client/mod.ts";
import { errorKinds } from "../../lib/protocol/mod.ts";
import { Harness, minerKey, predictionOf } from "./harness.ts";
import { until } from "../helpers/until.ts";

const confirmedIds = (miner: Harness) => miner.of("confirmation").map(({ predictionId }) => predictionId);
const posts = (miner: Harness) =>
  miner.validator.requests.filter((request) => request.startsWith("POST")).length;
const overHttp = () => new Harness({ websocketEnabled: false, maxReconnectInterval: 300_000 });

Deno.test("a miner without WebSockets submits over HTTP", async () => {
  await using miner = overHttp();
  await miner.client.start();
  await miner.client.submit(predictionOf("p1"));
  await miner.client.idle();
  assertEquals(confirmedIds(miner), ["p1"]);
  assertEquals(new Set(miner.states), new Set(["http"]));
  assertEquals(miner.validator.peers, []);
  assertEquals(miner.validator.faults, []);
  assert(miner.lines.includes("Pushed prediction p1 via HTTP"));
});

Deno.test("a backlog goes over HTTP in batches", async () => {
  await using miner = overHttp();
  await Promise.all(Array.from({ length: 250 }, (_, n) => miner.client.submit(predictionOf(`p${n}`))));
  await miner.client.start();
  await miner.client.idle();
  assertEquals(miner.validator.messages.map(({ ids }) => ids.length), [100, 100, 50]);
  assertEquals(new Set(confirmedIds(miner)).size, 250);
});

/** Neither tells who it is, nor whether it is there. */
const withoutHealth = (miner: Harness): Fetch => (url, init) =>
  url.endsWith("/ws/health") ? Promise.reject(new TypeError("gone")) : miner.validator.fetch(url, init);

Deno.test("a miner turns to HTTP after three failed attempts where nobody says that it gets through", async () => {
  await using miner = new Harness();
  miner.newClient({ fetch: withoutHealth(miner) });
  miner.validator.upgrades = "refuse";
  await miner.client.submit(predictionOf("p1"));
  await miner.client.start();
  await miner.state("waiting");
  await miner.nextAttempt();
  await until(() => miner.of("state").at(-1)?.attempt === 2);
  assertEquals([posts(miner), miner.client.state], [0, "waiting"]);
  await miner.nextAttempt();
  await miner.state("http");
  await miner.client.idle();
  assertEquals(miner.validator.messages.map(({ via }) => via), ["http"]);
});

Deno.test("a miner turns to HTTP at the first refused WebSocket where that gets through, says why, and tries on", async () => {
  await using miner = new Harness();
  miner.validator.upgrades = "refuse";
  await miner.client.submit(predictionOf("p1"));
  await miner.client.start();
  await miner.state("http");
  await miner.client.idle();
  assertEquals(miner.lines.filter((line) => line.startsWith("Predictions go")), [
    "Predictions go over HTTP: Cannot connect to ws://validator.test:10401/ws",
  ]);
  miner.validator.upgrades = "accept";
  await miner.nextAttempt();
  await miner.state("authenticated");
  await miner.client.submit(predictionOf("p2"));
  await miner.client.idle();
  assertEquals(miner.validator.messages.map(({ via }) => via), ["http", "ws"]);
  assertEquals(
    miner.lines.filter((line) => line.startsWith("Predictions go")).at(-1),
    "Predictions go over a WebSocket",
  );
});

Deno.test("a miner whose WebSocket does not come about in 2 s does not wait for its end", async () => {
  await using miner = new Harness();
  miner.validator.upgrades = "swallow";
  await miner.client.submit(predictionOf("p1"));
  await miner.client.start();
  await miner.clock.advance(2000);
  await miner.client.idle();
  assertEquals(miner.validator.messages.map(({ via }) => via), ["http"]);
  assertEquals(miner.client.state, "http");
});

Deno.test("a miner learns its uid over HTTP, before it has sent anything", async () => {
  await using miner = overHttp();
  await miner.client.start();
  await until(() => miner.client.uid === 7);
  assertEquals(miner.of("state").at(-1)?.uid, 7);
  assertEquals(miner.validator.faults, []);
});

Deno.test("a miner with a wrong clock learns its uid over HTTP at the second attempt", async () => {
  await using miner = overHttp();
  let asked = 0;
  miner.validator.onRequest = ({ method, url }) => {
    if (method !== "GET" || !url.includes("/confirmations") || asked++ > 0) return undefined;
    return new Response(null, { status: 401, headers: { date: "Sat, 21 Nov 2026 09:00:00 GMT" } });
  };
  await miner.client.start();
  await until(() => miner.client.uid === 7, "the uid", () => miner.clock.advance(1000));
  assertEquals([asked, miner.problems], [2, []]);
});

Deno.test("a validator that does not tell the uid over HTTP is reported", async () => {
  await using miner = overHttp();
  miner.validator.uid = undefined;
  await miner.client.start();
  await until(() => miner.problems.length > 0);
  assertEquals(miner.problems, ["uid_unknown"]);
});

Deno.test("a runtime without WebSockets is told where to get one", () => {
  const kept = Object.getOwnPropertyDescriptor(globalThis, "WebSocket");
  try {
    Reflect.deleteProperty(globalThis, "WebSocket");
    const error = assertThrows(
      () => new MinerClient({ url: "h:1", keypair: minerKey, websocketEnabled: true }),
      TypeError,
    );
    assertMatch(error.message, /no WebSocket.*version 22.*package ws/);
  } finally {
    if (kept !== undefined) Object.defineProperty(globalThis, "WebSocket", kept);
  }
});

Deno.test("a miner stops asking over HTTP once a WebSocket is back", async () => {
  await using miner = new Harness();
  miner.validator.upgrades = "swallow";
  await miner.client.start();
  await miner.clock.advance(10_000);
  await miner.state("http");
  miner.validator.upgrades = "accept";
  await miner.nextAttempt();
  await miner.state("authenticated");
  const before = miner.validator.requests.length;
  miner.validator.publish([{ game_id: "a" }]);
  await miner.clock.advance(120_000);
  assertEquals(miner.validator.requests.length, before);
  assertEquals(miner.of("games").at(-1)?.offset, 1);
});

Deno.test("a miner follows games over HTTP, each update once", async () => {
  await using miner = overHttp();
  miner.validator.games = [{ game_id: "first" }];
  await miner.client.start();
  await until(() => miner.of("games").length === 1);
  for (const game_id of ["a", "b"]) {
    const before = miner.of("games").length;
    miner.validator.publish([{ game_id }]);
    await until(() => miner.of("games").length > before);
    await miner.clock.advance(1000);
  }
  assertEquals(miner.of("games").map(({ games, snapshot, offset }) => [games, snapshot, offset]), [
    [[{ game_id: "first" }], true, 0],
    [[{ game_id: "a" }], false, 1],
    [[{ game_id: "b" }], false, 2],
  ]);
});

Deno.test("games go on without a gap from HTTP to the WebSocket", async () => {
  await using miner = new Harness();
  miner.validator.upgrades = "swallow";
  await miner.client.start();
  await miner.clock.advance(10_000);
  await until(() => miner.of("games").length === 1);
  miner.validator.publish([{ game_id: "a" }]);
  await until(() => miner.of("games").length === 2);
  miner.validator.upgrades = "accept";
  await miner.nextAttempt();
  await miner.state("authenticated");
  assertEquals(miner.validator.authentications.at(-1)?.recover.games, { epoch: "epoch-1", offset: 1 });
  miner.validator.publish([{ game_id: "b" }]);
  await until(() => miner.of("games").length === 3);
  assertEquals(miner.of("games").map(({ offset }) => offset), [0, 1, 2]);
});

Deno.test("a miner does not hammer a validator that answers at once without news", async () => {
  await using miner = overHttp();
  miner.validator.onRequest = () => Response.json({ epoch: "e", offset: 3, games: [] });
  await miner.client.start();
  await miner.clock.advance(20_000);
  assert(miner.validator.requests.length <= 23, `${miner.validator.requests.length}`);
  assertEquals(miner.of("games").length, 1);
});

Deno.test("a miner waits longer and longer for games that cannot be had, and says so once", async () => {
  await using miner = overHttp();
  miner.validator.onRequest = () => new Response("gone", { status: 502 });
  await miner.client.start();
  await miner.clock.advance(600_000);
  const asked = miner.validator.requests.filter((request) => request === "GET /api/v1/games").length;
  assert(asked < 20, `${asked}`);
  assertEquals(miner.problems, ["games_unavailable"]);
});

Deno.test("a confirmation whose answer was lost is asked for", async () => {
  await using miner = overHttp();
  miner.validator.losesAnswers = true;
  await miner.client.start();
  await miner.client.submit(predictionOf("p1"));
  await until(() => miner.validator.accepted.has("p1"));
  miner.validator.onRequest = (request) => {
    return request.method === "POST"
      ? new Response(null, { status: 503, headers: { "retry-after": "300" } })
      : undefined;
  };
  await miner.clock.advance(30_000);
  await miner.client.idle();
  assertEquals(miner.of("confirmation").map(({ predictionId, duplicate }) => [predictionId, duplicate]), [[
    "p1",
    false,
  ]]);
  assertEquals(miner.validator.faults, []);
});

Deno.test("a prediction that breaks a rule is refused for good over HTTP too", async () => {
  await using miner = overHttp();
  miner.validator.rule = ({ fields }) => fields.prediction_id === "p1" ? "Unknown game: game-1" : undefined;
  await miner.client.start();
  await miner.client.submit(predictionOf("p1"));
  await miner.client.idle();
  assertEquals(miner.of("refused").map(({ message, signed }) => [message, signed !== undefined]), [
    ["Unknown game: game-1", true],
  ]);
});

for (const code of ["rate_limited", "server_closing"] as const) {
  Deno.test(`an HTTP ${errorKinds[code].status} is tried again after its Retry-After`, async () => {
    await using miner = overHttp();
    let refused = 0;
    miner.validator.onMessage = () => refused++ === 0 ? { code, retry_after_ms: 7000 } : "decide";
    await miner.client.start();
    await miner.client.submit(predictionOf("p1"));
    await until(() => miner.problems.length === 1);
    await miner.clock.advance(6999);
    assertEquals(refused, 1);
    await miner.clock.advance(1);
    await miner.client.idle();
    assertEquals([confirmedIds(miner), miner.problems], [["p1"], [code]]);
  });
}

Deno.test("an HTTP 403 is reported once and tried again after the maximum interval", async () => {
  await using miner = overHttp();
  const body = { error: { code: "not_authorized", message: "Not authorized: hotkey is blacklisted" } };
  miner.validator.onRequest = ({ method }) =>
    method === "POST" ? Response.json(body, { status: 403 }) : undefined;
  await miner.client.start();
  await miner.client.submit(predictionOf("p1"));
  await until(() => miner.problems.length === 1);
  await miner.clock.advance(299_999);
  assertEquals(posts(miner), 1);
  await miner.clock.advance(1);
  await until(() => posts(miner) === 2);
  assertEquals(miner.of("problem").map(({ message }) => message), ["Not authorized: hotkey is blacklisted"]);
  assertEquals(miner.client.waiting, 1);
});

Deno.test("an HTTP 401 for the timestamp corrects the clock by the Date header, once", async () => {
  await using miner = overHttp();
  const timestamps: string[] = [];
  miner.validator.onRequest = (request) => {
    if (request.method !== "POST") return undefined;
    void request.clone().json().then(({ timestamp }) => timestamps.push(timestamp));
    return new Response(null, { status: 401, headers: { date: "Sat, 21 Nov 2026 09:00:00 GMT" } });
  };
  await miner.client.start();
  await miner.client.submit(predictionOf("p1"));
  await until(() => timestamps.length === 2);
  await miner.clock.advance(60_000);
  assertEquals(timestamps, ["2026-11-21T08:00:00.000+00:00", "2026-11-21T09:00:00.000+00:00"]);
});

Deno.test("an HTTP 413 for a batch is followed by smaller ones", async () => {
  await using miner = overHttp();
  miner.validator.onRequest = (request) => {
    const size = Number(request.headers.get("content-length") ?? 0);
    return request.method === "POST" && size > 3000 ? new Response(null, { status: 413 }) : undefined;
  };
  const fetch = miner.validator.fetch;
  miner.newClient({
    fetch: (url, init) => {
      const body = init?.body;
      const length = typeof body === "string" ? { "content-length": String(body.length) } : {};
      return fetch(url, { ...init, headers: { ...init?.headers as Record<string, string>, ...length } });
    },
  });
  for (let index = 0; index < 20; index++) {
    await miner.client.submit(predictionOf(`p${index}`, { notes: "x".repeat(index === 7 ? 4000 : 1) }));
  }
  await miner.client.start();
  await until(() => miner.client.waiting === 0, "all to be decided", () => miner.clock.advance(1000));
  assertEquals(miner.of("refused").map(({ predictionId }) => predictionId), ["p7"]);
  assertEquals(confirmedIds(miner).length, 19);
});

Deno.test("a network that fails is tried again, ever less often", async () => {
  await using miner = overHttp();
  miner.validator.onMessage = () => "drop";
  await miner.client.start();
  await miner.client.submit(predictionOf("p1"));
  await until(() => miner.problems.includes("unreachable"));
  await miner.clock.advance(600_000);
  assert(posts(miner) > 5 && posts(miner) < 20, `${posts(miner)}`);
  miner.validator.onMessage = () => "decide";
  await miner.clock.advance(60_000);
  await miner.client.idle();
  assertEquals(confirmedIds(miner), ["p1"]);
});

Deno.test("an unanswered request is given up after 30 s and sent again", async () => {
  await using miner = overHttp();
  const { fetch } = miner.validator;
  let hanging = 1;
  miner.newClient({
    fetch(url, init) {
      if (init?.method !== "POST" || hanging-- <= 0) return fetch(url, init);
      return new Promise((_, reject) => {
        init.signal?.addEventListener("abort", () => reject(init.signal?.reason));
      });
    },
  });
  await miner.client.start();
  await miner.client.submit(predictionOf("p1"));
  await miner.clock.advance(32_000);
  await miner.client.idle();
  assertEquals(confirmedIds(miner), ["p1"]);
});

Deno.test("an HTTP answer that the validator did not sign counts for nothing", async () => {
  await using miner = overHttp();
  miner.validator.onRequest = ({ method }) => {
    if (method !== "POST") return undefined;
    return Response.json({ type: "confirmation", data: { prediction_id: "p1", status: "success" } });
  };
  await miner.client.start();
  await miner.client.submit(predictionOf("p1"));
  await until(() => miner.problems.includes("bad_message"));
  assertEquals([miner.client.waiting, confirmedIds(miner)], [1, []]);
});

Deno.test("MinerClient.close() ends requests that are under way", async () => {
  const miner = overHttp();
  await miner.client.start();
  await until(() => miner.of("games").length === 1);
  await miner.client.close();
  assertEquals(miner.clock.pending, 0);
  assertEquals(miner.problems, []);
});
