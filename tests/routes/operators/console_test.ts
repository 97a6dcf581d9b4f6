import { assert, assertEquals, assertMatch } from "@std/assert";
import { EventReader } from "../../helpers/event_source.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { adminToken, startGateway, type TestGateway } from "../../helpers/gateway.ts";
import { sampleGame, samplePrediction } from "../../helpers/samples.ts";
import { Scene } from "../../helpers/scene.ts";

/** A browser's side of a session. */
class Operator {
  cookie = "";
  csrf = "";

  constructor(readonly url: string) {}

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...this.cookie === "" ? {} : { cookie: this.cookie }, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? {} : JSON.parse(text) };
  }

  /** Changes something as the page does. */
  async change(method: string, path: string, body?: unknown) {
    return await this.call(method, path, body, { "x-csrf-token": this.csrf });
  }

  async login(token = adminToken) {
    const answer = await this.call("POST", "/console/login", { token });
    this.cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
    this.csrf = answer.body.csrf;
    return answer;
  }

  async unlock(token = adminToken) {
    return await this.change("POST", "/console/unlock", { token });
  }
}

async function loggedIn(server: TestGateway): Promise<Operator> {
  const operator = new Operator(server.adminUrl);
  assertEquals((await operator.login()).status, 200);
  return operator;
}

const minute = 60_000;

Deno.test("the admin token is exchanged for a cookie that no script reads and no other site sends", async () => {
  await using server = await startGateway();
  const operator = new Operator(server.url);
  const { status, headers, body } = await operator.login();
  assertEquals(status, 200);
  const cookie = headers.get("set-cookie") ?? "";
  assertMatch(cookie, /^heliograph_session=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/);
  assertEquals(headers.get("cache-control"), "no-store");
  assert(!cookie.includes(body.csrf) && !JSON.stringify(body).includes(adminToken));
  assertEquals([body.idle_seconds, body.unlocked_until], [900, null]);
  assertEquals((await operator.call("GET", "/admin/miners")).status, 200);
  const { body: state } = await operator.call("GET", "/console/session");
  assertEquals([state.configured, state.session.csrf], [true, body.csrf]);
});

Deno.test("the cookie is for TLS alone where the client came over TLS", async () => {
  await using server = await startGateway({ "http.trusted_proxies": ["127.0.0.1/32"] as never });
  const response = await fetch(`${server.url}/console/login`, {
    method: "POST",
    headers: { "x-forwarded-proto": "https" },
    body: JSON.stringify({ token: adminToken }),
  });
  await response.body?.cancel();
  assertMatch(response.headers.get("set-cookie") ?? "", /; Secure/);
});

Deno.test("wrong tokens are refused, and after five of an address there is a wait", async () => {
  const clock = new FakeClock();
  await using server = await startGateway({}, clock);
  const operator = new Operator(server.url);
  for (let guess = 0; guess < 5; guess += 1) {
    assertEquals((await operator.login(`guess ${guess}`)).status, 401);
  }
  const refused = await operator.login();
  assertEquals([refused.status, refused.headers.get("retry-after")], [429, "12"]);
  await clock.advance(12_000);
  assertEquals((await operator.login()).status, 200);
  assertEquals((await operator.call("POST", "/console/login", { password: "x" })).status, 400);
});

/** Logs in from another address, as a proxy tells of it. */
async function loginFrom(server: TestGateway, address: string, token: string): Promise<number> {
  const response = await fetch(`${server.url}/console/login`, {
    method: "POST",
    headers: { "x-forwarded-for": address },
    body: JSON.stringify({ token }),
  });
  await response.body?.cancel();
  return response.status;
}

Deno.test("however many guess, who has the token gets in, and who guesses has one guess a minute", async () => {
  const clock = new FakeClock();
  await using server = await startGateway({ "http.trusted_proxies": ["127.0.0.1/32"] as never }, clock);
  for (let guess = 0; guess < 51; guess += 1) {
    assertEquals(await loginFrom(server, `192.0.2.${guess}`, `guess ${guess}`), 401);
  }
  assertEquals(await loginFrom(server, "198.51.100.7", adminToken), 200);
  assertEquals(await loginFrom(server, "192.0.2.7", "another guess"), 429);
  assertEquals(await loginFrom(server, "192.0.2.7", adminToken), 429);
  for (const host of ["1", "2"]) {
    assertEquals(await loginFrom(server, `2001:db8::${host}`, "a guess"), host === "1" ? 401 : 429);
  }
  await clock.advance(60_000);
  assertEquals(await loginFrom(server, "192.0.2.7", adminToken), 200);
});

Deno.test("nothing changes by a cookie without the page's word for it, nor before actions are unlocked", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({}, clock);
  const operator = await loggedIn(scene.server);
  const path = `/admin/miners/${scene.key.address}`;
  const body = { uid: 7, blacklisted: true };
  assertEquals((await operator.call("PUT", path, body)).body.error.code, "csrf");
  assertEquals((await operator.change("PUT", path, body)).status, 423);
  assertEquals((await operator.unlock("wrong")).status, 401);
  assertEquals((await operator.call("POST", "/console/unlock", { token: adminToken })).status, 403);
  assertEquals((await operator.unlock()).status, 200);
  assertEquals((await operator.call("PUT", path, body)).status, 403);
  assertEquals((await operator.change("PUT", path, body)).status, 200);
  await clock.advance(10 * minute);
  assertEquals((await operator.change("DELETE", path)).status, 423);
});

Deno.test("a session ends after 15 minutes without use, which pages that ask by themselves are not", async () => {
  const clock = new FakeClock();
  await using server = await startGateway({}, clock);
  const operator = await loggedIn(server);
  await clock.advance(14 * minute);
  assertEquals((await operator.call("GET", "/admin/miners")).status, 200);
  await clock.advance(14 * minute);
  const background = { "x-background": "1" };
  assertEquals((await operator.call("GET", "/admin/miners", undefined, background)).status, 200);
  await clock.advance(minute);
  assertEquals((await operator.call("GET", "/admin/miners")).status, 401);
  assertEquals((await operator.call("GET", "/console/session")).body.session, null);
});

Deno.test("a session ends by logging out, and all of them by logging out everywhere", async () => {
  await using server = await startGateway();
  const [one, other] = [await loggedIn(server), await loggedIn(server)];
  assertEquals((await one.change("POST", "/console/logout")).status, 200);
  assertEquals((await one.call("GET", "/admin/miners")).status, 401);
  assertEquals((await other.call("GET", "/admin/miners")).status, 200);
  const third = await loggedIn(server);
  assertEquals((await third.change("POST", "/console/logout?everywhere=true")).status, 200);
  assertEquals((await other.call("GET", "/admin/miners")).status, 401);
});

Deno.test("a restart logs nobody out, another admin token everybody", async () => {
  const folder = await Deno.makeTempDir({ prefix: "heliograph-test-" });
  const store = `${folder}/store.db`;
  try {
    const operator = new Operator("");
    const under = async (token: string, use: (operator: Operator) => Promise<void>) => {
      await using server = await startGateway({ store, admin_token: token });
      const here = new Operator(server.url);
      Object.assign(here, { cookie: operator.cookie, csrf: operator.csrf });
      await use(here);
      Object.assign(operator, { cookie: here.cookie, csrf: here.csrf });
    };
    await under(adminToken, async (operator) => void await operator.login());
    await under(adminToken, async (operator) => {
      assertEquals((await operator.call("GET", "/admin/miners")).status, 200);
      assertEquals((await operator.call("GET", "/console/session")).body.session.csrf, operator.csrf);
    });
    await under("another-token-for-operators", async (operator) => {
      assertEquals((await operator.call("GET", "/admin/miners")).status, 401);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("without an admin token nobody logs in, and the page can say so", async () => {
  await using server = await startGateway({ admin_token: undefined as never });
  const operator = new Operator(server.url);
  assertEquals((await operator.call("GET", "/console/session")).body, { configured: false, session: null });
  assertEquals((await operator.login("x")).body.error.code, "no_admin_token");
});

Deno.test("where operators have a port of their own, the console is there and nowhere else", async () => {
  await using server = await startGateway({ "admin.port": 0 });
  const page = { accept: "text/html" };
  const status = async (url: string) => {
    const response = await fetch(`${url}/console`, { headers: page });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await status(server.url), 404);
  assert([200, 503].includes(await status(server.adminUrl)));
  assertEquals((await new Operator(server.url).login()).status, 404);
  await loggedIn(server);
});

Deno.test("each action is written down with who did it, and what a back end publishes is not", async () => {
  await using scene = await Scene.start();
  const operator = await loggedIn(scene.server);
  await operator.login("wrong");
  await operator.login("wrong again");
  const again = await loggedIn(scene.server);
  await again.unlock();
  await again.change("DELETE", "/admin/connections/c404");
  const { body } = await again.call("GET", "/admin/audit?limit=1000");
  const told = body.records.map(({ action, actor, status, count }: Record<string, unknown>) =>
    `${actor === "token" || actor === "nobody" ? actor : "session"}: ${action} ${status}${
      count === undefined ? "" : ` x${count}`
    }`
  );
  assertEquals(told, [
    "session: DELETE /admin/connections/c404 404",
    "session: POST /console/unlock 200",
    "session: POST /console/login 200",
    "nobody: POST /console/login 401 x2",
    "session: POST /console/login 200",
    `token: PUT /admin/miners/${scene.key.address} 200`,
  ]);
  assertEquals(
    new Set(body.records.map(({ address }: { address: string }) => address)),
    new Set(["127.0.0.1"]),
  );
  const older = await again.call(
    "GET",
    `/admin/audit?limit=1&before=${encodeURIComponent(body.records[4].at)}`,
  );
  assertEquals(older.body.records[0].actor, "token");
});

Deno.test("operators see each miner's figures, why predictions were refused, and stakes", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  await scene.submit({
    predictions: [samplePrediction("a"), samplePrediction("b", { wager: 2000 }), samplePrediction("a")],
  });
  const { miners } = await scene.server.admin("GET", "/admin/miners") as {
    miners: Record<string, unknown>[];
  };
  const { connected, last_prediction_at, round_trip_ms: _, last_error, ...figures } = miners[0] ?? {};
  assertEquals(figures, {
    hotkey: scene.key.address,
    uid: 7,
    blacklisted: false,
    wagered_today: 1.5,
    accepted: 2,
    refused: 1,
  });
  assertMatch(String((connected as { id: string }).id), /^c\w+/);
  assertMatch(String(last_prediction_at), /^20\d\d-/);
  assertMatch(String(last_error), /^Daily wager limit exceeded/);
  const { refusals, next } = await scene.server.admin("GET", "/admin/refusals") as {
    refusals: Record<string, unknown>[];
    next: number;
  };
  assertEquals([refusals.length, refusals[0]?.["reason"], refusals[0]?.["prediction_id"]], [
    1,
    "wager_limit",
    "b",
  ]);
  const waiting = scene.server.admin("GET", `/admin/refusals?after=${next}&wait=30`);
  await scene.submit(samplePrediction("c", { game_id: "none" }));
  const later = await waiting as { refusals: Record<string, unknown>[] };
  assertEquals(later.refusals.map(({ reason }) => reason), ["unknown_game"]);
  const { games } = await scene.server.admin("GET", "/admin/games") as { games: Record<string, unknown>[] };
  assertEquals(games.map(({ stakes }) => stakes), [{ Arsenal: 1.5 }]);
  await peer.close();
});

Deno.test("what was wagered on a team is told by its name, whatever that is", async () => {
  await using scene = await Scene.start();
  const teams = { team_a: "constructor", team_b: "__proto__" };
  await scene.addGames([sampleGame("g2", teams)]);
  const wagered = (id: string, predicted_outcome: string, wager: number, predicted_odds: number) =>
    samplePrediction(id, { game_id: "g2", ...teams, predicted_outcome, wager, predicted_odds });
  await scene.submit({
    predictions: [
      wagered("a", "constructor", 1.5, 2.1),
      wagered("b", "constructor", 0.25, 2.1),
      wagered("c", "__proto__", 3, 3.4),
    ],
  });
  const { games } = await scene.server.admin("GET", "/admin/games") as {
    games: { game: { game_id: string }; stakes: object }[];
  };
  const stakes = games.find(({ game }) => game.game_id === "g2")?.stakes ?? {};
  assertEquals(Object.entries(stakes), [["__proto__", 3], ["constructor", 1.75]]);
});

Deno.test("operators see the settings without secrets, and any figure's history", async () => {
  await using server = await startGateway({
    rpc_url: "http://user:secret@127.0.0.1:9",
    "alerts.webhook": "https://hooks.example/T0/secret",
  });
  const { settings } = await server.admin("GET", "/admin/config") as { settings: Record<string, unknown>[] };
  const text = JSON.stringify(settings);
  assert(!text.includes(adminToken) && !text.includes("secret@") && !text.includes("T0/"), text);
  assertEquals(settings.find(({ name }) => name === "admin_token")?.["value"], "***");
  const { metrics } = await server.admin("GET", "/admin/history") as { metrics: { name: string }[] };
  assert(metrics.length > 15);
  const all = metrics.map(({ name }) => name).join();
  const history = await server.admin("GET", `/admin/history?metric=${all}&range=24h`);
  assertEquals([history["interval"], Object.keys(history["figures"] ?? {}).length], [240, metrics.length]);
  const unknown = await new Operator(server.url).call("GET", "/admin/history?metric=x", undefined, {
    authorization: `Bearer ${adminToken}`,
  });
  assertEquals(unknown.status, 400);
});

/** The next event of a name. */
async function named(reader: EventReader, name: string) {
  for (;;) {
    const event = await reader.next();
    if (event === undefined) throw new Error(`the events ended before ${name}`);
    if (event.event === name) return event;
  }
}

Deno.test("whoever listens is told at once what the gateway does", async () => {
  // Time stands still, so that nothing is told because it is its turn.
  await using scene = await Scene.start({}, new FakeClock());
  const operator = await loggedIn(scene.server);
  await using events = await EventReader.open(`${scene.server.url}/admin/events`, undefined, {
    headers: { cookie: operator.cookie },
  });
  assertEquals((await named(events, "activity")).data["status"], "online");
});

Deno.test("what happens is told as events, also to whoever comes back", async () => {
  await using scene = await Scene.start();
  const operator = await loggedIn(scene.server);
  const open = (lastEventId?: string) =>
    EventReader.open(`${scene.server.url}/admin/events`, undefined, {
      headers: {
        cookie: operator.cookie,
        ...lastEventId === undefined ? {} : { "last-event-id": lastEventId },
      },
    });
  await using first = await open();
  assertEquals((await named(first, "predictions")).data, { predictions: [], skipped: 0 });
  await scene.submit(samplePrediction("a", { wager: 2000 }));
  const told = await named(first, "predictions");
  assertEquals((told.data["predictions"] as { reason: string }[])[0]?.reason, "wager_limit");
  await named(first, "activity");
  await scene.addGames([sampleGame("g2")]);
  await named(first, "games");
  await using second = await open(told.id);
  await named(second, "games");
  await using lost = await open("other:3");
  await named(lost, "lost");
});
