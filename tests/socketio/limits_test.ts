import { assert, assertEquals, assertRejects } from "@std/assert";
import { ByteBudget } from "../../lib/hub/mod.ts";
import { Places } from "../../lib/hub/places.ts";
import { type EngineSession } from "../../lib/socketio/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { EngineService } from "./engine_service.ts";
import { FrameClient } from "./frame_client.ts";
import { ask, PollingClient } from "./polling_client.ts";
import { rawUpgrade } from "./raw_upgrade.ts";
import { rawStatus } from "../helpers/raw_client.ts";
import { until } from "../helpers/until.ts";

const polling = "/socket.io/?EIO=4&transport=polling";
const websocket = "/socket.io/?EIO=4&transport=websocket";

const placesFor = (total: number) => new Places({ total, perAddress: total });

Deno.test("sessions over the limit in all are refused, and places become free again", async () => {
  await using service = new EngineService({ places: placesFor(2) });
  const client = await PollingClient.open(service.origin);
  const { client: socket } = await FrameClient.open(service.origin);
  const { status, body } = await ask(service.origin + polling);
  assertEquals([status, body], [503, '{"code":4,"message":"Too many sessions"}']);
  await assertRejects(() => rawUpgrade(service.origin + websocket));
  await client.post("1");
  await PollingClient.open(service.origin);
  await socket.close();
  await until(async () => (await ask(service.origin + polling)).status === 200, "a free place");
});

Deno.test("sessions over the limit of one address are refused, others are not", async () => {
  await using service = new EngineService({ places: new Places({ total: 10, perAddress: 1 }) });
  const from = (address: string) => ({ "x-test-address": address });
  await PollingClient.open(service.origin, from("192.0.2.1"));
  assertEquals((await ask(service.origin + polling, { headers: from("192.0.2.1") })).status, 503);
  await PollingClient.open(service.origin, from("192.0.2.2"));
});

Deno.test("somebody else may count the sessions, and is told when they are gone", async () => {
  const counted: string[] = [];
  const shared = placesFor(2);
  const take = (address: string) => {
    const place = shared.take(address);
    counted.push(address);
    return place;
  };
  await using service = new EngineService({ places: { take } });
  const client = await PollingClient.open(service.origin);
  const { client: socket } = await FrameClient.open(service.origin);
  assertEquals((await ask(service.origin + polling)).status, 503);
  assertEquals([counted, shared.taken], [["127.0.0.1", "127.0.0.1"], 2]);
  await client.post("1");
  await socket.close();
  await until(() => shared.taken === 0, "all places to be free");
});

Deno.test("a WebSocket that is not gone keeps the place of its session", async () => {
  await using service = new EngineService({ places: placesFor(1) });
  const begun = service.session();
  const client = await PollingClient.open(service.origin);
  const stalled = await rawUpgrade(client.upgradeUrl);
  (await begun).close(true);
  assertEquals((await ask(service.origin + polling)).status, 503);
  stalled.close();
  await until(async () => (await ask(service.origin + polling)).status === 200, "a free place");
});

Deno.test("a malformed upgrade takes no place", async () => {
  await using service = new EngineService({ places: placesFor(1) });
  const { hostname, port } = new URL(service.origin);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const head = `GET ${websocket} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head));
  const answer = new Uint8Array(12);
  await connection.read(answer);
  assertEquals(new TextDecoder().decode(answer), "HTTP/1.1 400");
  connection.close();
  await PollingClient.open(service.origin);
});

Deno.test("a session whose client does not poll is closed when too much waits", async () => {
  await using service = new EngineService({ maxBuffer: 10_000 });
  const begun = service.session();
  const client = await PollingClient.open(service.origin);
  const session = await begun;
  for (let index = 0; index < 10; index += 1) session.write("x".repeat(900));
  assertEquals(session.readyState, "open");
  session.write("x".repeat(900));
  assertEquals([session.readyState, service.ends[0]?.reason], ["closed", "transport error"]);
  assertEquals((await client.poll()).status, 400);
});

Deno.test("one message may be larger than all that may wait", async () => {
  await using service = new EngineService({ maxBuffer: 1000 });
  const begun = service.session();
  const client = await PollingClient.open(service.origin);
  (await begun).write("x".repeat(5000));
  assertEquals((await client.packets())[0]?.length, 5001);
});

Deno.test("many small messages count for more than their text", async () => {
  await using service = new EngineService({ maxBuffer: 10_000 });
  const begun = service.session();
  await PollingClient.open(service.origin);
  const session = await begun;
  for (let index = 0; index < 1000; index += 1) session.write("");
  assertEquals(session.readyState, "closed");
});

Deno.test("a client that does not read its WebSocket is closed, and others are served", async () => {
  await using service = new EngineService({ maxBuffer: 1024 * 1024, places: placesFor(2) });
  const begun = service.session();
  const stalled = await rawUpgrade(service.origin + websocket);
  const session = await begun;
  const { client } = await FrameClient.open(service.origin);
  for (let sent = 0; session.readyState === "open"; sent += 1) {
    assert(sent < 10_000, "never closed");
    session.write("x".repeat(64 * 1024));
  }
  assertEquals(service.ends[0]?.reason, "transport error");
  client.send("4fine");
  assertEquals(await client.next(), "4fine");
  // What was sent to it takes memory until it is gone, and so it keeps its place.
  assertEquals((await ask(service.origin + polling)).status, 503);
  stalled.close();
  await until(async () => (await ask(service.origin + polling)).status === 200, "a free place");
  await client.close();
});

Deno.test("a transport says when volatile messages had better be dropped", async () => {
  await using service = new EngineService();
  const begun = service.session();
  const stalled = await rawUpgrade(service.origin + websocket);
  const session = await begun;
  assertEquals(session.transport.writable, true);
  while (session.transport.writable) session.write("x".repeat(64 * 1024));
  assertEquals(session.readyState, "open");
  stalled.close();
});

Deno.test("a session that sends too many messages is ended, bursts are borne with", async () => {
  const clock = new FakeClock();
  await using service = new EngineService({ clock, rateLimit: 2 });
  const client = await PollingClient.open(service.origin);
  const burst = "4x\x1e".repeat(7) + "4x";
  assertEquals((await client.post(burst)).status, 200);
  await clock.advance(500);
  assertEquals((await client.post("4x")).status, 200);
  assertEquals((await client.post("4x")).status, 400);
  assertEquals(service.ends[0], { reason: "transport error", description: "too many messages" });
});

Deno.test("messages that are not accepted end the session as unreadable ones do", async () => {
  await using service = new EngineService({ accepts: (message) => message !== "bad" });
  const client = await PollingClient.open(service.origin);
  assertEquals((await client.post("4good")).status, 200);
  assertEquals((await client.post("4bad")).status, 400);
  assertEquals(service.ends[0], { reason: "parse error", description: "message not accepted" });
});

Deno.test("who knows more of its clients says how much each may send", async () => {
  const friends = new Set<EngineSession>();
  const sizeOf = (session: EngineSession) => friends.has(session) ? 1e6 : 1000;
  await using service = new EngineService({
    policy: (session) => ({
      bodyBounds: () => ({ maxSize: sizeOf(session) }),
      hasRoom: () => true,
      take(message) {
        if (typeof message === "string" && message.length <= sizeOf(session)) return session.deliver(message);
        session.lost("transport error");
        return false;
      },
    }),
  });
  const large = `4${"x".repeat(2000)}`;
  const stranger = await PollingClient.open(service.origin);
  assertEquals((await stranger.post(large)).status, 413);
  const { client: socket } = await FrameClient.open(service.origin);
  socket.send(large);
  await socket.ended;
  const opened = service.session();
  const friend = await PollingClient.open(service.origin);
  friends.add(await opened);
  assertEquals((await friend.post(large)).status, 200);
});

Deno.test("POST bodies for which there is no room are refused", async () => {
  const budget = new ByteBudget({ maxMessageSize: 1 });
  await using service = new EngineService({
    policy: (session) => ({
      bodyBounds: () => ({ maxSize: 1e6, lease: budget.lease({ address: session.remoteAddress }) }),
      hasRoom: () => true,
      take: (message) => session.deliver(message),
    }),
  });
  const client = await PollingClient.open(service.origin);
  assertEquals((await client.post("4hello")).status, 200);
  assertEquals(budget.used, 0);
  const lease = budget.lease({ address: "127.0.0.1" });
  while (lease.take(1024));
  assertEquals((await client.post(`4${"x".repeat(2000)}`)).status, 400);
});

Deno.test("a POST in chunks is refused and ends the session", async () => {
  await using service = new EngineService();
  const { url } = await PollingClient.open(service.origin);
  const { pathname, search } = new URL(url);
  const head = `POST ${pathname}${search} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`;
  assertEquals(await rawStatus(url, `${head}1\r\n4\r\n`), 400);
  assertEquals(service.ends.map(({ description }) => description), ["data request without content length"]);
});
