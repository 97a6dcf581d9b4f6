import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { maxValueSize, valueBounds } from "../../../lib/protocol/mod.ts";
import { adminToken } from "../../helpers/gateway.ts";
import { Peer } from "../../helpers/peer.ts";
import { type Answer, Scene } from "../../helpers/scene.ts";

const fees = {
  description: "Fees of the last block",
  schema: {
    type: "object",
    properties: { base_fee: { type: "number", minimum: 0 } },
    required: ["base_fee"],
  },
  example: { base_fee: 12 },
};

async function admin(scene: Scene, method: string, path: string, body?: unknown): Promise<Answer> {
  return await scene.call(method, `/admin/streams${path}`, {
    headers: { authorization: `Bearer ${adminToken}` },
    ...body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) },
  });
}

function messageOf({ status, body }: Answer): string {
  return `${status} ${body["message"]}`;
}

/** A welcomed stream client. */
async function open(scene: Scene): Promise<Peer> {
  const peer = await Peer.open(scene.server.ws.replace(/ws$/, "ws/stream"));
  await peer.next(({ type }) => type === "welcome");
  return peer;
}

Deno.test("a stream that is declared is listed, welcomed with, subscribed to, polled and recovered like the others", async () => {
  await using scene = await Scene.start();
  const declared = await admin(scene, "PUT", "/fees", fees);
  assertEquals(declared.status, 200);
  assertEquals(declared.body["offset"], 0);

  const peer = await Peer.open(scene.server.ws.replace(/ws$/, "ws/stream"));
  const welcome = await peer.next();
  assertEquals(welcome["available_streams"], [
    "network_metrics",
    "markets_health",
    "receipts",
    "peers",
    "fees",
  ]);
  const listed = (await scene.call("GET", "/api/v1/streams")).body["streams"] as Record<string, unknown>[];
  assertEquals([listed[4]?.["name"], listed[4]?.["description"]], ["fees", fees.description]);

  peer.send('{"type":"subscribe","stream":"fees"}');
  const { epoch, offset } = await peer.next();
  assertEquals(offset, 0);
  const published = await admin(scene, "POST", "/fees", { data: { base_fee: 7 } });
  assertEquals(published.body, { epoch, offset: 1 });
  const { timestamp, ...message } = await peer.next();
  assertEquals(typeof timestamp, "number");
  assertEquals(message, { type: "fees", data: { base_fee: 7 }, offset: 1 });

  const newest = (await scene.call("GET", "/api/v1/streams/fees")).body;
  assertEquals([newest["type"], newest["data"], newest["offset"]], ["fees", { base_fee: 7 }, 1]);
  await admin(scene, "POST", "/fees", { data: { base_fee: 8 } });
  const news = (await scene.call("GET", `/api/v1/streams/fees?since=1&epoch=${epoch}&wait=5`)).body;
  assertEquals([news["recovered"], (news["messages"] as unknown[]).length], [true, 1]);

  const back = await open(scene);
  back.send(JSON.stringify({ type: "subscribe", stream: "fees", recover: { epoch, offset: 1 } }));
  assertEquals((await back.next())["recovered"], true);
  assertEquals((await back.next())["data"], { base_fee: 8 });
  await Promise.all([peer.close(), back.close()]);
});

Deno.test("who comes first to a stream of the operator's own gets its newest value at once", async () => {
  await using scene = await Scene.start();
  await admin(scene, "PUT", "/fees", fees);
  for (const base_fee of [1, 2, 3]) await admin(scene, "POST", "/fees", { data: { base_fee } });
  const peer = await open(scene);
  peer.send('{"type":"subscribe","stream":"fees"}');
  assertEquals((await peer.next())["offset"], 3);
  assertEquals((await peer.next())["data"], { base_fee: 3 });
  await peer.close();
});

Deno.test("what does not fit is refused with what is wrong", async () => {
  await using scene = await Scene.start();
  const put = async (name: string, body: unknown) => messageOf(await admin(scene, "PUT", `/${name}`, body));
  assertMatch(await put("9lives", {}), /^400 Invalid stream name: expected a letter, then/);
  assertMatch(
    await put("welcome", {}),
    /^400 Invalid stream name: expected a name that means nothing else here/,
  );
  assertMatch(await put("peers", {}), /^400/);
  assertMatch(await put("fees", { schema: { type: "nope" } }), /^400 Invalid declaration: schema: .*nope/);
  assertMatch(
    await put("fees", { ...fees, example: { base_fee: "high" } }),
    /^400 Invalid declaration: example: base_fee: expected number/,
  );
  assertMatch(await put("fees", { colour: 1 }), /^400 Invalid declaration: .*colour/);
  assertMatch(
    await put("fees", { private: true }),
    /^400 Invalid declaration: private: there is no streams.token_key/,
  );
  assertMatch(await put("fees", { schema: { description: "x".repeat(20_000) } }), /^400 .*at most 16384/);

  const post = async (name: string, body: unknown) => messageOf(await admin(scene, "POST", `/${name}`, body));
  assertMatch(await post("fees", { data: {} }), /^404 No such stream/);
  await admin(scene, "PUT", "/fees", fees);
  assertMatch(await post("fees", { data: { base_fee: -1 } }), /^422 Invalid data: base_fee: Too small/);
  assertMatch(await post("fees", { data: {} }), /^422 Invalid data: base_fee: .*got nothing/);
  assertMatch(await post("fees", { data: [1] }), /^400 Invalid value: data: expected record/);
  assertMatch(await post("fees", { date: {} }), /^400 Invalid value/);
  assertMatch(await post("fees", "nonsense"), /^400/);
  const large = { data: { base_fee: 1, text: "x".repeat(maxValueSize + 2000) } };
  assertMatch(await post("fees", large), /^413/);
  const many = { data: { base_fee: 1, list: Array(valueBounds.publication).fill(0) } };
  assertMatch(await post("fees", many), /^400/);
  const deep = `{"data": {"base_fee": 1, "deep": ${"[".repeat(40)}${"]".repeat(40)}}}`;
  assertMatch(await post("fees", deep), /^400/);
  assertEquals((await admin(scene, "GET", "")).status, 200);
  const offset = (await admin(scene, "POST", "/fees", { data: { base_fee: 1 } })).body["offset"];
  assertEquals(offset, 1, "what was refused has no number");
});

Deno.test("a stream that is removed ends for those who listen; declared anew it has nothing of its past, and goes on counting", async () => {
  await using scene = await Scene.start();
  await admin(scene, "PUT", "/fees", fees);
  await admin(scene, "POST", "/fees", { data: { base_fee: 1 } });
  const peer = await open(scene);
  peer.send('{"type":"subscribe","stream":"fees"}');
  const { epoch } = await peer.next();
  await peer.next();
  assertEquals((await admin(scene, "DELETE", "/fees")).body, { name: "fees", removed: true });
  const { code, stream } = await peer.next();
  assertEquals([code, stream], ["unknown_stream", "fees"]);
  assertEquals((await scene.call("GET", "/api/v1/streams/fees")).status, 404);
  assertEquals((await admin(scene, "DELETE", "/fees")).status, 404);

  assertEquals((await admin(scene, "PUT", "/fees", fees)).body["offset"], 1);
  assertEquals((await scene.call("GET", "/api/v1/streams/fees")).status, 503, "it has no value yet");
  await admin(scene, "POST", "/fees", { data: { base_fee: 2 } });
  peer.send(JSON.stringify({ type: "subscribe", stream: "fees", recover: { epoch, offset: 1 } }));
  assertEquals((await peer.next())["recovered"], true);
  assertEquals((await peer.next())["data"], { base_fee: 2 });
  await peer.close();
});

Deno.test("a stream keeps as much of its past as was declared", async () => {
  await using scene = await Scene.start();
  await admin(scene, "PUT", "/fees", { ...fees, history: { size: 2 } });
  for (const base_fee of [1, 2, 3, 4]) await admin(scene, "POST", "/fees", { data: { base_fee } });
  const since = async (offset: number) => {
    const { body } = await scene.call("GET", `/api/v1/streams/fees?since=${offset}&wait=0`);
    return [body["recovered"], (body["messages"] as { offset: number }[]).map(({ offset }) => offset)];
  };
  assertEquals(await since(2), [true, [3, 4]]);
  assertEquals(await since(1), [false, [4]]);
});

Deno.test("only so many values a second are taken for one stream, and others have their own share", async () => {
  await using scene = await Scene.start({ "streams.publish_rate": 1 });
  for (const name of ["one", "two"]) await admin(scene, "PUT", `/${name}`, {});
  const statuses: number[] = [];
  for (let value = 0; value < 8; value += 1) {
    statuses.push((await admin(scene, "POST", "/one", { data: { value } })).status);
  }
  assertEquals(statuses.slice(0, 4), [200, 200, 200, 200]);
  assertEquals(statuses.includes(429), true);
  assertEquals((await admin(scene, "POST", "/two", { data: {} })).status, 200);
});

Deno.test("there is room for a hundred streams, and none more", async () => {
  await using scene = await Scene.start();
  const { declared } = scene.server.gateway.streams;
  for (let at = 0; at < 100; at += 1) await declared.declare(`s${at}`, { private: false });
  assertMatch(messageOf(await admin(scene, "PUT", "/more", {})), /^409 Cannot declare stream: there are 100/);
  assertEquals((await admin(scene, "PUT", "/s7", { description: "changed" })).status, 200);
});

Deno.test("nobody publishes to what the gateway makes, and nobody without the operator's token", async () => {
  await using scene = await Scene.start({
    streams: [{ name: "heights", period: 5, method: "light.latest_header", private: false }],
  });
  assertMatch(messageOf(await admin(scene, "POST", "/heights", { data: {} })), /^409 This stream is polled/);
  assertMatch(messageOf(await admin(scene, "PUT", "/heights", {})), /^409/);
  assertMatch(messageOf(await admin(scene, "DELETE", "/heights")), /^409/);
  assertMatch(messageOf(await admin(scene, "POST", "/peers", { data: {} })), /^400/);
  const stranger = await scene.call("POST", "/admin/streams/heights", { body: '{"data": {}}' });
  assertEquals(stranger.status, 401);
});

Deno.test("declarations are written down in the audit log, values are not", async () => {
  await using scene = await Scene.start();
  await admin(scene, "PUT", "/fees", fees);
  await admin(scene, "POST", "/fees", { data: { base_fee: 1 } });
  await admin(scene, "DELETE", "/fees");
  const { body } = await scene.call("GET", "/admin/audit", {
    headers: { authorization: `Bearer ${adminToken}` },
  });
  const text = JSON.stringify(body);
  assertStringIncludes(text, "PUT /admin/streams/fees");
  assertStringIncludes(text, "DELETE /admin/streams/fees");
  assertEquals(text.includes("POST /admin/streams/fees"), false);
});

Deno.test("a stream of the configuration is polled from the node, along its path", async () => {
  await using scene = await Scene.start({
    streams: [
      { name: "heights", period: 5, method: "light.latest_header", path: "number", private: false },
      { name: "lost", period: 5, method: "light.latest_header", path: "no.such", private: false },
    ],
  });
  const { body } = await scene.call("GET", "/api/v1/streams/heights");
  const { data } = body as { data: { value: number } };
  assertEquals(Number.isInteger(data.value), true);
  const lost = await scene.call("GET", "/api/v1/streams/lost");
  assertMatch(messageOf(lost), /^503 .*expected something at no\.such/);
  const listed = (await admin(scene, "GET", "")).body["streams"] as { name: string; period_ms: number }[];
  assertEquals(listed.map(({ name, period_ms }) => [name, period_ms]), [["heights", 5000], ["lost", 5000]]);
});
