import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Frame } from "../helpers/peer.ts";
import { RawClient } from "../helpers/raw_client.ts";
import { dataOf } from "../helpers/scene.ts";
import { StreamScene } from "../helpers/streams.ts";
import { until } from "../helpers/until.ts";

interface Position {
  readonly epoch: string;
  readonly offset: number;
}

interface Taken {
  readonly position: Position;
  readonly receipts: readonly string[];
}

/** Takes what follows a position, at least `least` messages, and goes away. */
type Take = (gateway: StreamScene, position: Position, least: number) => Promise<Taken>;

const idsOf = (message: Record<string, unknown>) =>
  (dataOf(message as Frame)["receipts"] as { id: string }[]).map(({ id }) => id).reverse();

function collect(position: Position, messages: readonly Record<string, unknown>[]): Taken {
  const offsets = messages.map(({ offset }) => Number(offset));
  assertEquals(offsets, offsets.map((_, index) => position.offset + 1 + index));
  return {
    position: { ...position, offset: position.offset + messages.length },
    receipts: messages.flatMap(idsOf),
  };
}

const takes: Record<string, Take> = {
  async websocket(gateway, position, least) {
    const peer = await gateway.open();
    peer.send(JSON.stringify({ type: "subscribe", stream: "receipts", recover: position }));
    const subscribed = await peer.next();
    assertEquals(subscribed["recovered"], true);
    const messages: Frame[] = [];
    while (messages.length < least) messages.push(await peer.next(({ type }) => type === "receipts"));
    await peer.close();
    await gateway.listened("receipts", 0);
    return collect(position, messages);
  },
  async events(gateway, position, least) {
    const events = await gateway.events("/receipts/events", `${position.epoch}:${position.offset}`);
    assertEquals((await events.next())?.data["recovered"], true);
    const messages: Record<string, unknown>[] = [];
    while (messages.length < least) messages.push((await events.next())?.data ?? {});
    await events[Symbol.asyncDispose]();
    await gateway.listened("receipts", 0);
    return collect(position, messages);
  },
  async poll(gateway, { epoch, offset }, least) {
    const query = new URLSearchParams({ epoch, since: String(offset), wait: least === 0 ? "0" : "60" });
    const { body } = await gateway.get(`/receipts?${query}`);
    assertEquals(body["recovered"], true);
    return collect({ epoch, offset }, body["messages"] as Record<string, unknown>[]);
  },
};

const step = fc.record({
  way: fc.constantFrom(...Object.keys(takes)),
  /** Receipts that appear, in how many polls, while nobody is there. */
  away: fc.array(fc.integer({ min: 0, max: 25 }), { maxLength: 4 }),
});

Deno.test("cut off at any point and back by any way, a client gets every receipt once, in order", async () => {
  await using gateway = await StreamScene.start();
  const { node, clock } = gateway;
  const name = (number: number) => `receipt_${number}`;
  // Somebody else keeps listening, so that there is something to miss.
  const other = await gateway.open();
  node.audit(10);
  other.send('{"type": "subscribe", "stream": "receipts"}');
  const first = await other.next(({ type }) => type === "receipts");
  const { epoch } = (await gateway.get("/receipts")).body;
  let newest = 10;
  let position = { epoch: String(epoch), offset: Number(first["offset"]) };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      for (const { way, away } of steps) {
        const before = newest;
        for (const more of away) {
          newest += more;
          node.audit(newest);
          await gateway.pass(3000 - clock.now() % 3000);
        }
        const polls = away.filter((more) => more > 0).length;
        // The other listener takes part in counting: it stays on.
        const taken = await (takes[way] as Take)(countingOthers(gateway), position, polls);
        assertEquals(
          taken.receipts,
          Array.from({ length: newest - before }, (_, index) => name(before + 1 + index)),
        );
        position = taken.position as typeof position;
      }
    }),
    { numRuns: 25 },
  );
  await other.close();
});

/** The scene in which one more than asked for listens. */
function countingOthers(gateway: StreamScene): StreamScene {
  return Object.assign(Object.create(gateway), {
    listened: (stream: string, listeners: number) => gateway.listened(stream, listeners + 1),
  });
}

Deno.test("a position of another store is not known, and the newest state comes instead", async () => {
  await using before = await StreamScene.start();
  const { epoch, offset } = (await before.get("/receipts")).body;
  await using after = await StreamScene.start();
  const peer = await after.open();
  peer.send(
    JSON.stringify({ type: "subscribe", streams: ["receipts"], recover: { receipts: { epoch, offset } } }),
  );
  assertEquals((await peer.next())["recovered"], false);
  assertEquals(dataOf(await peer.next())["count"], 2);
  await peer.close();
});

Deno.test("a subscriber that reads nothing is closed as slow, and the others miss nothing", async () => {
  await using gateway = await StreamScene.start({ "websocket.max_queue": 65_536 });
  const { node, scene } = gateway;
  const { hub } = scene.server.gateway;
  const peers = Array.from(
    { length: 400 },
    (_, index) => ({ id: `peer_${index}`, address: "x".repeat(180) }),
  );
  node.results["net.peers"] = { peers };
  const reader = await gateway.open();
  reader.send('{"type": "subscribe", "stream": "peers"}');
  const stuck = await RawClient.open(gateway.url());
  await stuck.send('{"type": "subscribe", "stream": "peers"}');
  await gateway.listened("peers", 2);
  const [, stuckConnection] = [...hub.connections()];
  let offset = 0;
  while (stuckConnection?.isOpen) {
    offset += 1;
    assertEquals((await reader.next(({ type }) => type === "peers"))["offset"], offset);
    await gateway.pass(10_000);
    assert(offset < 2000, "the slow one is still there");
  }
  assertEquals(stuckConnection?.closedBy?.reason, "Slow consumer");
  await gateway.listened("peers", 1);
  stuck[Symbol.dispose]();
  await reader.close();
  await until(() => hub.size === 0, "the end of all connections");
});

Deno.test("an event stream that nobody reads is cut off, and gives everything back", async () => {
  await using gateway = await StreamScene.start({ "websocket.max_queue": 65_536 });
  const { node, scene } = gateway;
  const peers = Array.from(
    { length: 400 },
    (_, index) => ({ id: `peer_${index}`, address: "x".repeat(180) }),
  );
  node.results["net.peers"] = { peers };
  const { hostname, port } = new URL(scene.server.url);
  using socket = await Deno.connect({ hostname, port: Number(port) });
  const request = "GET /api/v1/streams/peers/events HTTP/1.1\r\nHost: x\r\n\r\n";
  await socket.write(new TextEncoder().encode(request));
  await gateway.listened("peers", 1);
  for (let polls = 0; scene.server.gateway.hub.size > 0; polls++) {
    await gateway.pass(10_000);
    assert(polls < 2000, "the slow one is still there");
  }
  await gateway.listened("peers", 0);
});
