import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { connect } from "node:http2";
import { once } from "node:events";
import { Refusal } from "../../../lib/protocol/mod.ts";
import { Answers, Rendering } from "../../../routes/http/answers.ts";
import { RenderCache } from "../../../routes/miners/render_cache.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { sampleGame } from "../../helpers/samples.ts";
import { Scene } from "../../helpers/scene.ts";
import { until } from "../../helpers/until.ts";

const mebibyte = 1024 * 1024;

function clientAt(address: string) {
  return { client: { address, secure: false, host: null } };
}

/** Asks for answers that nobody reads until it is refused; how many it got. */
function fill(answers: Answers, address: string, make: () => Rendering): number {
  for (let count = 0;; count += 1) {
    try {
      answers.bodyOf(clientAt(address), make());
    } catch (error) {
      assert(error instanceof Refusal);
      return count;
    }
  }
}

Deno.test("small answers are handed over whole, large ones as they are read", async () => {
  const clock = new FakeClock();
  const answers = new Answers(clock);
  const env = clientAt("192.0.2.1");
  const text = "x".repeat(mebibyte);
  assertEquals(answers.bodyOf(env, new Rendering("small")), new TextEncoder().encode("small"));
  const body = answers.bodyOf(env, new Rendering(text));
  assert(body instanceof ReadableStream);
  assertEquals(await new Response(body).text(), text);
  assertEquals(clock.pending, 0);
});

Deno.test("answers that are not read are bounded for each address, and one of many is counted once", () => {
  const answers = new Answers(new FakeClock());
  const shared = new Rendering(new Uint8Array(mebibyte));
  assertEquals(fill(answers, "203.0.113.66", () => new Rendering(new Uint8Array(mebibyte))), 21);
  assert(fill(answers, "203.0.113.67", () => shared) > 80);
  answers.bodyOf(clientAt("203.0.113.68"), new Rendering(new Uint8Array(mebibyte)));
});

Deno.test("an answer that is not read ends, and is counted until the runtime is rid of it", async () => {
  const clock = new FakeClock();
  const answers = new Answers(clock);
  const over = Promise.withResolvers<void>();
  const env = { ...clientAt("192.0.2.1"), over: () => over.promise };
  const large = () => new Rendering(new Uint8Array(20 * mebibyte));
  const reader = (answers.bodyOf(env, large()) as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  await clock.advance(15_000);
  const error = await assertRejects(() => reader.read());
  assertEquals((error as Error).name, "TimeoutError");
  assertThrows(() => answers.bodyOf(env, large()), Refusal);
  over.reject(new Error("gone"));
  await clock.advance(0);
  answers.bodyOf(env, large());
});

Deno.test("an answer is rendered once for as long as nothing changes", () => {
  const cache = new RenderCache();
  let made = 0;
  const ask = (state: string, key: string) => cache.get(state, key, () => `${++made}`).bytes[0];
  const [one, two] = [49, 50];
  assertEquals([ask("1", "all"), ask("1", "all"), ask("1", "5"), ask("1", "all")], [one, one, two, one]);
  assertEquals([ask("2", "all"), made], [51, 3]);
});

Deno.test("answers that are not read over HTTP/2 cost one address its share, and others nothing", async () => {
  await using scene = await Scene.start({ "http.trusted_proxies": ["127.0.0.1/32"] });
  const games = Array.from({ length: 2000 }, (_, index) => sampleGame(`game-${index}`));
  await scene.addGames(games.slice(1000));
  await scene.addGames(games.slice(0, 1000));
  const session = connect(scene.server.url, { settings: { initialWindowSize: 0 } });
  session.on("error", () => {});
  const headers = { ":path": "/api/v1/games", "x-forwarded-for": "203.0.113.66" };
  const statuses = await Promise.all(Array.from({ length: 180 }, async () => {
    const stream = session.request(headers);
    stream.on("error", () => {});
    const [answer] = await once(stream, "response");
    return answer[":status"];
  }));
  assert(statuses.filter((status) => status === 200).length < 140);
  assert(statuses.includes(429));
  const other = { headers: { "x-forwarded-for": "203.0.113.67" } };
  const { status, body } = await scene.call("GET", "/api/v1/games", other);
  assertEquals([status, (body["games"] as unknown[]).length], [200, 2001]);
  session.destroy();
  // Once the connection is gone, so is what it held.
  const again = { headers: { "x-forwarded-for": "203.0.113.66" } };
  await until(async () => (await scene.call("GET", "/api/v1/games", again)).status === 200, "room again");
});
