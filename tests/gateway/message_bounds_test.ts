import { assertEquals, assertStringIncludes } from "@std/assert";
import { closes, type ExactJson } from "../../lib/protocol/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { Peer, signAuthentication } from "../helpers/peer.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { Scene } from "../helpers/scene.ts";

const kibibyte = 1024;
const emptyObjects = (count: number) => `[${Array(count).fill("{}").join(",")}]`;

Deno.test("what a stranger sends is bounded before it is read", async () => {
  await using scene = await Scene.start();
  for (const path of ["", "/stream"]) {
    const peer = await Peer.open(scene.server.ws + path);
    if (path !== "") await peer.next();
    peer.send(`{"type":"ping","x":"${"x".repeat(16 * kibibyte)}"}`);
    const { message, reason } = await peer.next();
    assertEquals([message, reason], [
      "Invalid message format: larger than 16384 bytes before authentication",
      "too_large_before_authentication",
    ]);
    assertEquals((await peer.ended).code, closes.tooLarge.code);
  }
  const body = `{"data":"${"x".repeat(16 * kibibyte)}"}`;
  assertEquals((await scene.post("/api/v1/heartbeat", body)).status, 413);
});

Deno.test("values are counted as well as bytes, by who sends them", async () => {
  await using scene = await Scene.start();
  const [stranger, miner] = [emptyObjects(1000), emptyObjects(10_000)];
  const first = await Peer.open(scene.server.ws);
  first.send(`{"hotkey":"x","x":${stranger}}`);
  assertStringIncludes(String((await first.next())["message"]), "more than 1000 values");
  await first.close();
  const reader = await Peer.open(`${scene.server.ws}/stream`);
  await reader.next();
  reader.send(`{"type":"ping","x":${stranger}}`);
  assertStringIncludes(String((await reader.next())["message"]), "more than 1000 values");
  await reader.close();
  for (
    const [path, values, bound] of [["heartbeat", stranger, 1000], ["predictions", miner, 10_000]] as const
  ) {
    const { status, body } = await scene.post(`/api/v1/${path}`, `{"data":${values}}`);
    assertEquals(status, 400);
    assertStringIncludes(String(body["message"]), `more than ${bound} values`);
  }
  const peer = await scene.connect();
  peer.send(`{"data":${miner}}`);
  assertStringIncludes(
    String((await peer.next(({ type }) => type === "error"))["message"]),
    "more than 10000 values",
  );
  await peer.close();
});

Deno.test("a batch of a hundred predictions with fields of its own passes, also right behind the authentication", async () => {
  await using scene = await Scene.start();
  const own: Record<string, ExactJson> = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`field_${index}`, index / 7]),
  );
  const batch = (name: string) => ({
    predictions: Array.from(
      { length: 100 },
      (_, index) => samplePrediction(`${name}${index}`, { wager: 1, ...own }),
    ),
  });
  const { status, body } = await scene.submit(batch("http"));
  assertEquals([status, (body["confirmations"] as unknown[]).length], [200, 100]);
  const peer = await Peer.open(scene.server.ws);
  peer.send(signAuthentication(scene.key));
  peer.send(scene.sign("prediction", samplePrediction("early")));
  await peer.next(({ type }) => type === "confirmation");
  peer.send(scene.sign("prediction", batch("socket")));
  for (let count = 0; count < 100; count += 1) await peer.next(({ type }) => type === "confirmation");
  await peer.close();
});

Deno.test("a large message counts as many against the rate of its connection", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({ "websocket.rate_limit": 10 }, clock);
  const peer = await scene.connect();
  const errors: unknown[] = [];
  const large = JSON.stringify({ type: "x", filler: "x".repeat(16 * kibibyte * 20 - 100) });
  for (let count = 0; count < 3; count += 1) {
    peer.send(large);
    errors.push((await peer.next(({ type }) => type === "error"))["code"]);
  }
  // Forty at once, of which the authentication was one.
  assertEquals(errors, ["invalid_message", "rate_limited", "rate_limited"]);
  await clock.advance(100);
  peer.send(large);
  assertEquals((await peer.next(({ type }) => type === "error"))["code"], "invalid_message");
  await peer.close();
});

Deno.test("large messages of strangers count as many against the rate of their address", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({ "http.rate_limit": 10 }, clock);
  const peer = await Peer.open(scene.server.ws);
  const codes: unknown[] = [];
  for (let count = 0; count < 4; count += 1) {
    peer.send(`{"filler":"${"x".repeat(15 * kibibyte)}"}`);
    codes.push((await peer.next())["code"]);
  }
  assertEquals(codes, ["invalid_message", "invalid_message", "rate_limited", "rate_limited"]);
  await peer.close();
});

Deno.test("bodies of strangers count by their bytes against the rate of their address", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start({ "http.rate_limit": 10 }, clock);
  const statuses: number[] = [];
  const body = `{"filler": "${"x".repeat(60 * kibibyte)}"}`;
  for (let count = 0; count < 3; count += 1) {
    statuses.push((await scene.post("/api/v1/predictions", body)).status);
  }
  // Forty at once: each is a request, and fifteen more for its bytes.
  assertEquals(statuses, [400, 400, 429]);
});

Deno.test("a miner's message for which there is no room is refused, and taken later", async () => {
  await using scene = await Scene.start();
  const peer = await scene.connect();
  const lease = scene.server.gateway.hub.budget.lease({ name: scene.key.address });
  while (lease.take(kibibyte));
  peer.send(scene.sign("prediction", samplePrediction("p1")));
  const error = await peer.next(({ type }) => type === "error");
  assertEquals([error["code"], error["retry_after_ms"]], ["rate_limited", 1000]);
  lease.release();
  peer.send(scene.sign("prediction", samplePrediction("p1")));
  await peer.next(({ type }) => type === "confirmation");
  await peer.close();
  assertEquals(scene.server.gateway.hub.budget.used, 0);
});
