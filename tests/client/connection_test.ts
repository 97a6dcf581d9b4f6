import { assert, assertEquals } from "@std/assert";
import { closes, errorKinds } from "../../lib/protocol/mod.ts";
import { Harness, minerKey, predictionOf } from "./harness.ts";
import { until } from "../helpers/until.ts";

Deno.test("a miner that knows no games asks from nowhere and gets all current ones", async () => {
  await using miner = new Harness();
  miner.validator.games = [{ game_id: "game-1" }];
  await miner.connect();
  await until(() => miner.of("games").length > 0);
  const [authentication] = miner.validator.authentications;
  assertEquals(authentication?.signer, minerKey.address);
  assertEquals(authentication?.recover, { games: { epoch: "", offset: 0 } });
  const [{ games, snapshot, epoch, offset } = {}] = miner.of("games");
  assertEquals({ games, snapshot, epoch, offset }, {
    games: [{ game_id: "game-1" }],
    snapshot: true,
    epoch: "epoch-1",
    offset: 0,
  });
});

Deno.test("a miner learns its uid from the welcome", async () => {
  await using miner = new Harness();
  await miner.connect();
  assertEquals(miner.client.uid, 7);
  assertEquals(miner.of("state").at(-1)?.uid, 7);
});

Deno.test("a miner sends a signed heartbeat when it sent nothing for an interval", async () => {
  await using miner = new Harness({ heartbeatInterval: 60_000 });
  await miner.connect();
  const types: unknown[] = [];
  miner.validator.onFrame = (message) => types.push(message["type"]);
  await miner.clock.advance(59_000);
  assertEquals(types, []);
  await miner.clock.advance(1000);
  assertEquals(types, ["heartbeat"]);
  assertEquals(miner.validator.faults, []);
});

Deno.test("a miner sends no heartbeat while it sends other messages", async () => {
  await using miner = new Harness({ heartbeatInterval: 60_000 });
  await miner.connect();
  await miner.clock.advance(40_000);
  await miner.client.submit(predictionOf("p1"));
  await miner.client.idle();
  const types: unknown[] = [];
  miner.validator.onFrame = (message) => types.push(message["type"]);
  await miner.clock.advance(40_000);
  assertEquals(types, []);
});

Deno.test("a miner answers the validator's heartbeat", async () => {
  await using miner = new Harness();
  await miner.connect();
  const types: unknown[] = [];
  miner.validator.onFrame = (message) => types.push(message["type"]);
  miner.validator.latestPeer.send(miner.validator.sign("heartbeat", {}));
  await until(() => types.length > 0);
  assertEquals(types, ["heartbeat_response"]);
});

Deno.test("a miner gives up a half-open connection after two and a half intervals, and connects again", async () => {
  await using miner = new Harness({ heartbeatInterval: 60_000 });
  await miner.connect();
  miner.validator.latestPeer.passing = false;
  await miner.clock.advance(149_000);
  assertEquals(miner.client.state, "authenticated");
  await miner.clock.advance(1000);
  assertEquals(miner.problems, ["dead"]);
  await miner.nextAttempt();
  await miner.state("authenticated");
  assertEquals(miner.validator.peers.length, 2);
});

Deno.test("a miner whose frames vanish after the upgrade reports it after 10 s and turns to HTTP", async () => {
  await using miner = new Harness();
  miner.validator.upgrades = "swallow";
  await miner.client.start();
  await miner.clock.advance(10_000);
  assertEquals(miner.problems, ["no_frames"]);
  assertEquals(miner.client.state, "http");
});

Deno.test("a miner waits longer from failure to failure, at random between the bounds", async () => {
  let draw = 0;
  const draws = [0, 0.5, 0.999999];
  await using miner = new Harness({
    random: () => draws[draw++ % 3] ?? 0,
    reconnectInterval: 5000,
    maxReconnectInterval: 60_000,
  });
  miner.validator.upgrades = "refuse";
  await miner.client.start();
  for (let attempt = 1; attempt <= 8; attempt++) {
    await until(() => miner.of("state").at(-1)?.attempt === attempt);
    const delayMs = miner.of("state").at(-1)?.delayMs ?? 0;
    assert(delayMs >= 5000 && delayMs <= Math.min(60_000, 5000 * 2 ** attempt), `${attempt}: ${delayMs}`);
    await miner.nextAttempt();
  }
  assertEquals(miner.problems.filter((code) => code === "unreachable").length, 1);
});

Deno.test("a miner forgets failures only once a connection has held for a while", async () => {
  await using miner = new Harness();
  await miner.connect();
  for (const attempt of [1, 2, 3]) {
    miner.validator.latestPeer.close(1006, "");
    await miner.state("waiting");
    assertEquals(miner.of("state").at(-1)?.attempt, attempt);
    await miner.nextAttempt();
    await miner.state("authenticated");
  }
  await miner.clock.advance(30_000);
  miner.validator.latestPeer.close(1006, "");
  await miner.state("waiting");
  assertEquals(miner.of("state").at(-1)?.attempt, 1);
});

Deno.test("a miner comes back when a closing validator says", async () => {
  await using miner = new Harness();
  await miner.connect();
  const { close } = errorKinds.server_closing;
  miner.validator.latestPeer.refuse({ code: "server_closing", retry_after_ms: 1234 }, close);
  await miner.state("waiting");
  assertEquals(miner.of("state").at(-1)?.delayMs, 1234);
  await miner.nextAttempt();
  await miner.state("authenticated");
});

Deno.test("a miner never waits longer than its maximum, whatever the validator says", async () => {
  await using miner = new Harness({ maxReconnectInterval: 300_000 });
  await miner.connect();
  const { close } = errorKinds.server_closing;
  miner.validator.latestPeer.refuse({ code: "server_closing", retry_after_ms: 1e12 }, close);
  await miner.state("waiting");
  assertEquals(miner.of("state").at(-1)?.delayMs, 300_000);
});

Deno.test("a refused miner waits the maximum interval and says so once", async () => {
  await using miner = new Harness({ maxReconnectInterval: 300_000 });
  miner.validator.onAuthentication = (peer) => {
    const message = "Not authorized: hotkey is not registered";
    peer.refuse({ code: "not_authorized", message }, errorKinds.not_authorized.close);
  };
  await miner.client.start();
  for (const attempt of [1, 2, 3]) {
    await until(() => miner.of("state").at(-1)?.attempt === attempt && miner.client.state === "waiting");
    assertEquals(miner.of("state").at(-1)?.delayMs, 300_000);
    await miner.nextAttempt();
  }
  const [problem, ...others] = miner.of("problem");
  assertEquals(others, []);
  assertEquals(problem?.message, "Not authorized: hotkey is not registered; trying again in 300 s");
  assertEquals(miner.validator.requests, []);
});

Deno.test("a miner that another one has replaced does not fight for the place, and uses HTTP meanwhile", async () => {
  await using miner = new Harness({ maxReconnectInterval: 300_000 });
  await miner.connect();
  const { close } = errorKinds.already_connected;
  miner.validator.latestPeer.refuse(
    { code: "already_connected", message: "Client already connected" },
    close,
  );
  await miner.state("http");
  assertEquals(miner.of("state").at(-1)?.delayMs, 300_000);
  assertEquals(miner.problems, ["already_connected"]);
  await miner.client.submit(predictionOf("p1"));
  await miner.client.idle();
  assertEquals(miner.validator.messages.map(({ via }) => via), ["http"]);
});

Deno.test("a miner with a wrong clock takes the validator's and connects at once", async () => {
  await using miner = new Harness();
  miner.validator.skewMs = 3_600_000;
  await miner.client.start();
  await until(() => miner.of("state").at(-1)?.delayMs === 0);
  assertEquals(miner.problems, ["not_authorized"]);
  await miner.clock.advance(0);
  await miner.state("authenticated");
  await miner.client.submit(predictionOf("p1"));
  await miner.client.idle();
  assertEquals(miner.validator.faults, []);
});

Deno.test("a miner corrects its clock once, and then waits the maximum interval", async () => {
  await using miner = new Harness({ maxReconnectInterval: 300_000 });
  miner.validator.onAuthentication = (peer) => {
    const time = new Date(miner.clock.now() + Math.random() * 1e9 + 1e7).toISOString();
    const message = `Not authorized: timestamp X is 9 s off the server's clock (${time}), allowed 300 s`;
    peer.refuse({ code: "not_authorized", message }, errorKinds.not_authorized.close);
  };
  await miner.client.start();
  await until(() => miner.of("state").at(-1)?.delayMs === 0);
  await miner.clock.advance(0);
  await until(() => miner.of("state").at(-1)?.delayMs === 300_000);
  assertEquals(miner.validator.authentications.length, 2);
});

Deno.test("a miner recovers from a close for invalid messages, but not soon", async () => {
  await using miner = new Harness({ maxReconnectInterval: 300_000 });
  await miner.connect();
  const { code, reason } = closes.tooManyInvalid;
  miner.validator.latestPeer.close(code, reason);
  await until(() => miner.of("state").at(-1)?.delayMs === 300_000);
});

Deno.test("MinerClient.close() ends in order and leaves no timer", async () => {
  const miner = new Harness();
  await miner.connect();
  const events = Array.fromAsync(miner.client.events());
  await miner.client.submit(predictionOf("p1"));
  await miner.client.close();
  assertEquals((await events).at(-1)?.type, "state");
  assertEquals(miner.client.state, "closed");
  assertEquals(miner.clock.pending, 0);
  assertEquals(miner.validator.miners, []);
});

Deno.test("MinerClient.close() ends a wait for the next attempt", async () => {
  const miner = new Harness();
  miner.validator.upgrades = "refuse";
  await miner.client.start();
  await miner.state("waiting");
  await miner.client.close();
  assertEquals(miner.clock.pending, 0);
});
