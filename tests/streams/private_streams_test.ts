import { assertEquals, assertMatch } from "@std/assert";
import { signJwt } from "../../lib/crypto/mod.ts";
import { adminToken } from "../helpers/gateway.ts";
import type { Frame, Peer } from "../helpers/peer.ts";
import { StreamScene } from "../helpers/streams.ts";

const key = "k".repeat(40);
const config = { "streams.private": ["user:"], "streams.token_key": key };

/** A token for a stream, in force for a minute, or as the claims say. */
function tokenFor(scene: StreamScene, channel: string, claims: object = {}): string {
  return signJwt({ channel, exp: scene.clock.now() / 1000 + 60, ...claims }, key);
}

async function subscribe(peer: Peer, message: object): Promise<Frame> {
  peer.send(JSON.stringify({ type: "subscribe", ...message }));
  return await peer.next(({ type }) => type === "subscribed" || type === "error");
}

async function publish(scene: StreamScene, name: string, data: object): Promise<number> {
  const { offset } = await scene.scene.server.admin("POST", `/admin/streams/${name}`, { data });
  return Number(offset);
}

Deno.test("a stream of one user's needs no declaration: who has a token for it hears what is published, nobody else", async () => {
  await using scene = await StreamScene.start(config);
  const [ada, eve] = [await scene.open(), await scene.open()];
  const stream = "user:ada";
  assertEquals((await subscribe(ada, { stream, token: tokenFor(scene, stream) }))["offset"], 0);
  assertEquals((await subscribe(eve, { stream }))["code"], "token_required");
  const others = await subscribe(eve, { stream, token: tokenFor(scene, "user:eve") });
  assertEquals([others["code"], others["stream"]], ["token_invalid", stream]);

  await publish(scene, stream, { text: "hello" });
  assertEquals((await ada.next())["data"], { text: "hello" });
  assertEquals((await scene.get(`/${stream}`)).status, 401);
  assertEquals((await scene.get("")).body["streams"] instanceof Array, true);
  assertEquals(JSON.stringify((await scene.get("")).body).includes("user:"), false, "it is not listed");
  await Promise.all([ada.close(), eve.close()]);
});

Deno.test("a token that is expired, not in force yet, tampered with, for no stream or without an end is refused", async () => {
  await using scene = await StreamScene.start(config);
  const peer = await scene.open();
  const stream = "user:ada";
  const now = scene.clock.now() / 1000;
  const refusal = async (token: string) => {
    const { code, message } = await subscribe(peer, { stream, token });
    return `${code} ${message}`;
  };
  assertMatch(await refusal(tokenFor(scene, stream, { exp: now })), /^token_expired/);
  assertMatch(await refusal(tokenFor(scene, stream, { nbf: now + 30 })), /^token_invalid .*not in force yet/);
  assertMatch(await refusal(`${tokenFor(scene, stream).slice(0, -2)}xx`), /^token_invalid .*signature/);
  assertMatch(await refusal(signJwt({ channel: stream, exp: now + 60 }, "z".repeat(40))), /signature/);
  assertMatch(await refusal(signJwt({ exp: now + 60 }, key)), /^token_invalid .*"channel" and "exp"/);
  assertMatch(await refusal(signJwt({ channel: stream }, key)), /^token_invalid .*"channel" and "exp"/);
  assertMatch(await refusal(tokenFor(scene, "user:")), /^token_invalid .*another stream/);
  const { code } = await subscribe(peer, { stream: "user:", token: tokenFor(scene, "user:") });
  assertEquals(code, "unknown_stream", "the prefix alone is no stream");
  await peer.close();
});

Deno.test("a subscription ends with its token, and goes on with the next from where it was", async () => {
  await using scene = await StreamScene.start(config);
  const peer = await scene.open();
  const stream = "user:ada";
  const { epoch } = await subscribe(peer, { stream, token: tokenFor(scene, stream) });
  await publish(scene, stream, { at: 1 });
  assertEquals((await peer.next())["offset"], 1);
  await scene.clock.advance(60_000);
  const { code } = await peer.next();
  assertEquals(code, "token_expired");
  await publish(scene, stream, { at: 2 });
  const recover = { epoch, offset: 1 };
  const again = await subscribe(peer, { stream, token: tokenFor(scene, stream), recover });
  assertEquals(again["recovered"], true);
  assertEquals((await peer.next())["data"], { at: 2 });
  await peer.close();
});

Deno.test("a token that is shown anew before the other ends prolongs the subscription", async () => {
  await using scene = await StreamScene.start(config);
  const peer = await scene.open();
  const stream = "user:ada";
  const { epoch } = await subscribe(peer, { stream, token: tokenFor(scene, stream) });
  await scene.clock.advance(50_000);
  await subscribe(peer, { stream, token: tokenFor(scene, stream), recover: { epoch, offset: 0 } });
  await scene.clock.advance(30_000);
  await publish(scene, stream, { at: 1 });
  assertEquals((await peer.next())["data"], { at: 1 });
  await peer.close();
});

Deno.test("several streams are subscribed to with a token for each, and one that is refused keeps none from the others", async () => {
  await using scene = await StreamScene.start(config);
  const peer = await scene.open();
  const streams = ["user:a", "user:b", "user:c"];
  const tokens = [tokenFor(scene, "user:c"), tokenFor(scene, "user:a")];
  peer.send(JSON.stringify({ type: "subscribe", streams, tokens }));
  const told = [await peer.next(), await peer.next(), await peer.next()];
  const said = told.map(({ type, stream, code }) => [type, stream, code ?? null]);
  assertEquals(said.sort(), [
    ["error", "user:b", "token_invalid"],
    ["subscribed", "user:a", null],
    ["subscribed", "user:c", null],
  ]);
  await peer.close();
});

Deno.test("events and polls take tokens in the query and as a bearer, and events end with them", async () => {
  await using scene = await StreamScene.start(config);
  const stream = "user:ada";
  const token = tokenFor(scene, stream);
  await publish(scene, stream, { at: 1 });
  const inQuery = await scene.get(`/${stream}?since=0&wait=0&token=${token}`);
  assertEquals([inQuery.body["recovered"], (inQuery.body["messages"] as unknown[]).length], [true, 1]);
  const asBearer = await scene.get(`/${stream}`, { headers: { authorization: `Bearer ${token}` } });
  assertEquals(asBearer.body["data"], { at: 1 });
  assertEquals((await scene.get(`/${stream}?token=${tokenFor(scene, "user:eve")}`)).status, 403);
  assertEquals((await scene.get(`/${stream}/events`)).status, 401);

  const events = await scene.events(`/events?streams=peers,${stream}&token=${token}`);
  const first = await events.next();
  assertEquals(first?.event, "subscribed");
  const ofAda = async () => {
    for (;;) {
      const event = await events.next();
      if (event === undefined || event.event === stream) return event;
    }
  };
  assertEquals((await ofAda())?.data["data"], { at: 1 });
  await scene.clock.advance(61_000);
  assertEquals(await ofAda(), undefined, "the events end");
  await events[Symbol.asyncDispose]();
});

Deno.test("a stream that is declared private needs a token, and who listened without one is sent away", async () => {
  await using scene = await StreamScene.start({ "streams.token_key": key });
  const put = (body: object) => scene.scene.server.admin("PUT", "/admin/streams/board", body);
  await put({});
  const peer = await scene.open();
  assertEquals((await subscribe(peer, { stream: "board" })).type, "subscribed");
  await put({ private: true });
  await peer.next(({ type }) => type === "error");
  assertEquals((await subscribe(peer, { stream: "board" }))["code"], "token_required");
  assertEquals(
    (await subscribe(peer, { stream: "board", token: tokenFor(scene, "board") })).type,
    "subscribed",
  );
  await peer.close();
});

Deno.test("a user's stream that nobody listens to is not kept in memory, and is recovered nevertheless", async () => {
  await using scene = await StreamScene.start(config);
  const { gateway } = scene.scene.server;
  const open = () => [...gateway.streams.named.all()].length;
  const stream = "user:ada";
  const peer = await scene.open();
  const { epoch } = await subscribe(peer, { stream, token: tokenFor(scene, stream) });
  await publish(scene, stream, { at: 1 });
  await peer.next();
  assertEquals(open(), 1);
  peer.send(JSON.stringify({ type: "unsubscribe", stream }));
  await peer.next(({ type }) => type === "unsubscribed");
  await scene.clock.advance(31_000);
  assertEquals(open(), 0);
  await publish(scene, stream, { at: 2 });
  assertEquals(open(), 0, "publishing opens nothing");
  const again = await subscribe(peer, {
    stream,
    token: tokenFor(scene, stream),
    recover: { epoch, offset: 1 },
  });
  assertEquals([again["recovered"], (await peer.next())["data"]], [true, { at: 2 }]);
  await peer.close();
});

Deno.test("a connection listens to so many streams, and no more", async () => {
  await using scene = await StreamScene.start(config);
  const peer = await scene.open();
  for (let at = 0; at < 128; at += 1) {
    const stream = `user:${at}`;
    assertEquals((await subscribe(peer, { stream, token: tokenFor(scene, stream) })).type, "subscribed");
  }
  const { code } = await subscribe(peer, { stream: "user:x", token: tokenFor(scene, "user:x") });
  assertEquals(code, "too_many_streams");
  const again = await subscribe(peer, { stream: "user:7", token: tokenFor(scene, "user:7") });
  assertEquals(again.type, "subscribed");
  await peer.close();
});

Deno.test("a stream without a declaration is there by its beginning alone, and only then", async () => {
  await using scene = await StreamScene.start(config);
  const refused = await scene.scene.call("POST", "/admin/streams/users:ada", {
    headers: { authorization: `Bearer ${adminToken}` },
    body: '{"data": {}}',
  });
  assertEquals(refused.status, 404);
});
