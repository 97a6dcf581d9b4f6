import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { hasShape, readServerMessage } from "../../../lib/client/streams/server_message.ts";
import { type StreamData, streamNames } from "../../../lib/protocol/streams.ts";
import { until } from "../../helpers/until.ts";
import { sampleData } from "./sample_data.ts";
import { StreamScene } from "./stream_scene.ts";

const names: readonly (keyof StreamData)[] = [...streamNames, "gateway"];

Deno.test("messages that are nonsense harm neither the connection nor what follows", async () => {
  using scene = new StreamScene();
  await scene.connect();
  const { latest, epoch } = scene.server;
  const message = scene.server.message("peers", 1);
  const nonsense: unknown[] = [
    null,
    7,
    [],
    [[message]],
    {},
    { type: 7 },
    { type: "__proto__" },
    { type: "toString", data: {} },
    { type: "subscribed" },
    { type: "subscribed", stream: "peers", epoch, offset: -1 },
    { type: "subscribed", stream: "receipts", epoch, offset: 9 },
    { type: "stream_status" },
    { type: "stream_status", stream: "weather", status: "stale" },
    { type: "error", stream: "weather" },
    { ...message, offset: 1.5 },
    { ...message, offset: "1" },
    { ...message, offset: 2 ** 60 },
    { ...message, timestamp: null },
    { ...message, data: null },
    { ...message, data: { peers: [{}], total: 1 } },
    { ...message, type: "weather" },
  ];
  for (const content of nonsense) latest.raw(JSON.stringify(content));
  latest.raw("pong");
  await scene.publish("peers");
  assertEquals([scene.offsets("peers"), scene.errors], [[1], []]);
  assertEquals([scene.snapshot.state, scene.snapshot.stale], ["connected", {}]);
});

Deno.test("a server of another kind is not taken for a gateway", async () => {
  using scene = new StreamScene();
  scene.server.welcomes = false;
  scene.server.onFrame = (_, socket) => {
    socket.raw("Hello, this is an echo service");
    return true;
  };
  scene.listen("peers");
  await scene.clock.advance(10_000);
  assertEquals(scene.snapshot.state, "reconnecting");
});

Deno.test("a message is what its stream promises, or none", () => {
  for (const name of names) {
    const data: Record<string, unknown> = { ...sampleData(name, 1) };
    assertEquals(hasShape(name, data), true, name);
    for (const field of Object.keys(data)) {
      assertEquals(hasShape(name, { ...data, [field]: undefined }), false, `${name}.${field}`);
    }
  }
});

Deno.test("any JSON at all is read without an exception", () => {
  const key = fc.constantFrom("type", "stream", "epoch", "offset", "data", "timestamp", "message");
  const value = fc.oneof(fc.constantFrom("peers", "error", "subscribed", "stream_status"), fc.jsonValue());
  fc.assert(fc.property(fc.dictionary(key, value), (fields) => void readServerMessage(fields)));
});

for (const transport of ["sse", "poll"] as const) {
  Deno.test(`nonsense over ${transport} harms nothing that follows`, async () => {
    using scene = new StreamScene();
    scene.server.upgrades = "swallow";
    if (transport === "poll") scene.server.events = "swallow";
    scene.listen("peers");
    await scene.clock.advance(20_000);
    await scene.connected(transport);
    const claim = `{"epoch":"e1","offset":0,"recovered":true,"messages":[{},7,null]}`;
    const texts = ["", "{", "[]", "null", `{"epoch":7}`, claim];
    for (const text of texts) scene.server.eventStreams.raw(`id: :\ndata: ${text}\n\n`);
    scene.server.onRequest = (path) => path.includes("wait=25") ? new Response(texts.pop()) : undefined;
    scene.server.publish("peers");
    await scene.clock.advance(1);
    while (transport === "poll" && texts.length > 0) {
      await scene.clock.advance(10_000);
      scene.server.publish("peers");
    }
    scene.server.onRequest = undefined;
    await until(() => scene.seen.length > 0);
    await scene.clock.advance(20_000);
    await scene.publish("peers");
    const offsets = scene.offsets("peers");
    assertEquals(offsets, offsets.map((_, index) => index + 1));
  });
}

Deno.test("an answer that never ends is given up", async () => {
  using scene = new StreamScene();
  scene.server.upgrades = scene.server.events = "swallow";
  let sent = 0;
  scene.server.onRequest = (path) => {
    if (!path.includes("wait=")) return undefined;
    const body = new ReadableStream({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    return new Response(body);
  };
  scene.listen("peers");
  await scene.clock.advance(20_000);
  await until(() => scene.snapshot.error?.includes("more than 8388608 bytes") === true);
  assertEquals(sent <= 12, true);
});
