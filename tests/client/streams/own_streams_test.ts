import { assertEquals, assertMatch } from "@std/assert";
import { StreamClient, type StreamClientOptions, type TokenSource } from "../../../lib/client/mod.ts";
import { signJwt } from "../../../lib/crypto/mod.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { Scene } from "../../helpers/scene.ts";
import { until } from "../../helpers/until.ts";
import { NoWebSocket, withoutEvents } from "./blocked_ways.ts";

const key = "k".repeat(40);

/** Every way for messages to come. */
const ways: Readonly<Record<string, Partial<StreamClientOptions>>> = {
  websocket: {},
  sse: { WebSocket: NoWebSocket },
  poll: { WebSocket: NoWebSocket, fetch: withoutEvents },
};

/** A gateway in a time that the test moves, and clients in real time. */
async function start() {
  const clock = new FakeClock();
  const scene = await Scene.start({ "streams.private": ["user:"], "streams.token_key": key }, clock);
  const clients: StreamClient[] = [];
  return {
    clock,
    scene,
    token: (channel: string, seconds = 600) => signJwt({ channel, exp: clock.now() / 1000 + seconds }, key),
    publish: (stream: string, number: number) =>
      scene.server.admin("POST", `/admin/streams/${stream}`, { data: { number } }),
    /** Subscribes, and keeps what comes. */
    listen: (stream: string, token?: TokenSource, options: Partial<StreamClientOptions> = {}) => {
      const client = new StreamClient({ url: scene.server.url, reconnectInterval: 20, ...options });
      clients.push(client);
      const [numbers, errors]: [number[], string[]] = [[], []];
      client.subscribe<{ number: number }>(stream, ({ data }) => numbers.push(data.number), {
        token,
        onError: (error) => errors.push(error),
      });
      return { client, numbers, errors };
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close();
      await scene.stop();
    },
  };
}

for (const [way, options] of Object.entries(ways)) {
  Deno.test(`over ${way}: a user's stream comes with a token, and goes on with another where that one ended`, async () => {
    await using stage = await start();
    const stream = "user:ada";
    let asked = 0;
    const source = () => {
      asked += 1;
      return Promise.resolve(stage.token(stream, 60));
    };
    const { numbers, errors, client } = stage.listen(stream, source, options);
    await until(() => client.snapshot.state === "connected", "a connection");
    await stage.publish(stream, 1);
    await until(() => numbers.length === 1, "the first value");
    await stage.clock.advance(61_000);
    await stage.publish(stream, 2);
    // A poll is held, and answered by what was published.
    await until(() => numbers.length === 2, "the value after the token's end");
    await stage.publish(stream, 3);
    await until(() => numbers.length === 3, "the value with another token");
    assertEquals([numbers, errors, asked >= 2], [[1, 2, 3], [], true]);
  });

  Deno.test(`over ${way}: a token that stays wrong is told of, and keeps no other stream from coming`, async () => {
    await using stage = await start();
    await stage.scene.server.admin("PUT", "/admin/streams/fees", {});
    await stage.publish("fees", 7);
    const { client, errors } = stage.listen("user:ada", stage.token("user:eve"), options);
    const fees: unknown[] = [];
    client.subscribe("fees", ({ data }) => fees.push(data));
    await until(() => errors.length === 1 && fees.length === 1, "the error, and the other stream");
    assertMatch(errors[0] ?? "", /^Invalid token: it is for another stream/);
    assertEquals(fees, [{ number: 7 }]);
    assertEquals(client.snapshot.available?.includes("fees"), true);
  });
}

Deno.test("a token that cannot be had is told of and asked for again", async () => {
  await using stage = await start();
  const stream = "user:ada";
  let asked = 0;
  const source = () => {
    asked += 1;
    if (asked === 1) throw new Error("the back end is gone");
    return stage.token(stream);
  };
  const { numbers, errors } = stage.listen(stream, source, { random: () => 0 });
  await stage.publish(stream, 1);
  await until(() => numbers.length === 1, "the value, once there is a token");
  assertEquals([asked, errors], [2, ["Cannot get a token for user:ada: Error: the back end is gone"]]);
});

Deno.test("a back end whose tokens are always refused is not asked all the time", async () => {
  await using stage = await start();
  let asked = 0;
  const source = () => {
    asked += 1;
    return "no.token.atall";
  };
  const { client } = stage.listen("user:ada", source, { random: () => 1 });
  await until(() => asked === 2, "a second token");
  await until(() => client.snapshot.state === "connected", "a connection");
  assertEquals(asked, 2);
});
