import { assertEquals, assertRejects } from "@std/assert";
import { ByteBudget } from "../../lib/hub/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { EngineService } from "./engine_service.ts";
import { FrameClient } from "./frame_client.ts";
import { PollingClient } from "./polling_client.ts";
import { SlowPost } from "./slow_post.ts";
import { until } from "../helpers/until.ts";

async function probe(client: PollingClient): Promise<FrameClient> {
  const socket = new FrameClient(client.upgradeUrl);
  await socket.opened;
  socket.send("2probe");
  assertEquals(await socket.next(), "3probe");
  return socket;
}

Deno.test("a probed WebSocket replaces polling, and the poll that waits is let go", async () => {
  await using service = new EngineService();
  const client = await PollingClient.open(service.origin);
  const waiting = client.packets();
  const socket = await probe(client);
  assertEquals(await waiting, ["6"]);
  socket.send("5");
  socket.send("4hello");
  assertEquals(await socket.next(), "4hello");
  assertEquals((await client.poll()).status, 400);
  assertEquals((await client.post("4x")).status, 400);
  await socket.close();
});

Deno.test("what is sent between the probe and the upgrade comes over one of the two, once", async () => {
  await using service = new EngineService();
  const begun = service.session();
  const client = await PollingClient.open(service.origin);
  const session = await begun;
  const socket = await probe(client);
  session.write("buffered").write("in order");
  const polled = await client.packets();
  session.write("after the last poll");
  socket.send("5");
  assertEquals(polled, ["4buffered", "4in order"]);
  assertEquals(await socket.next(), "4after the last poll");
  assertEquals([session.transport.name, socket.frames.length], ["websocket", 2]);
  await socket.close();
});

Deno.test("a poll that comes after the probe is let go, but not at once", async () => {
  const clock = new FakeClock();
  await using service = new EngineService({ clock });
  const begun = service.session();
  const client = await PollingClient.open(service.origin);
  const session = await begun;
  const socket = await probe(client);
  const waiting = client.packets();
  await until(() => session.transport.writable, "a poll");
  await clock.advance(99);
  assertEquals(session.transport.writable, true);
  await clock.advance(1);
  assertEquals(await waiting, ["6"]);
  socket.send("5");
  await socket.close();
});

Deno.test("a poll that waits when the client says it has left is answered all the same", async () => {
  await using service = new EngineService();
  const begun = service.session();
  const client = await PollingClient.open(service.origin);
  const session = await begun;
  const socket = await probe(client);
  const waiting = client.packets();
  await until(() => session.transport.writable, "a poll");
  socket.send("5");
  assertEquals(await waiting, ["6"]);
  await socket.close();
});

Deno.test("a POST on its way in while the transport changes still counts", async () => {
  await using service = new EngineService();
  const client = await PollingClient.open(service.origin);
  using post = await SlowPost.begin(client, 5);
  await post.write("4slo");
  const socket = await probe(client);
  socket.send("5");
  socket.send("4first");
  assertEquals(await socket.next(), "4first");
  await post.write("w");
  assertEquals(await post.status(), 200);
  assertEquals(await socket.next(), "4slow");
  await socket.close();
});

Deno.test("a POST that fails after the transport changed does no harm", async () => {
  const budget = new ByteBudget({ maxMessageSize: 1 });
  await using service = new EngineService({
    policy: (session) => ({
      bodyBounds: () => ({ maxSize: 100, lease: budget.lease({ address: session.remoteAddress }) }),
      hasRoom: () => true,
      take: (message) => session.deliver(message),
    }),
  });
  const client = await PollingClient.open(service.origin);
  using post = await SlowPost.begin(client, 5);
  await post.write("4slo");
  const socket = await probe(client);
  socket.send("5");
  socket.send("4first");
  assertEquals(await socket.next(), "4first");
  const lease = budget.lease({ address: "127.0.0.1" });
  while (lease.take(1024) || lease.take(1));
  await post.write("w");
  assertEquals(await post.status(), 400);
  socket.send("4second");
  assertEquals(await socket.next(), "4second");
  await socket.close();
});

Deno.test("a WebSocket that says anything else on trial is closed, and polling goes on", async () => {
  await using service = new EngineService();
  const client = await PollingClient.open(service.origin);
  const socket = new FrameClient(client.upgradeUrl);
  await socket.opened;
  socket.send("4hello");
  await socket.ended;
  await client.post("4fine");
  assertEquals(await client.packets(), ["4fine"]);
});

Deno.test("a WebSocket that is lost on trial may be followed by another", async () => {
  await using service = new EngineService();
  const begun = service.session();
  const client = await PollingClient.open(service.origin);
  const session = await begun;
  await (await probe(client)).close();
  await until(() => session.isUpgradable, "the failed upgrade to be gone");
  const socket = await probe(client);
  socket.send("5");
  socket.send("4fine");
  assertEquals(await socket.next(), "4fine");
  await socket.close();
});

Deno.test("a second WebSocket on trial, or one after the upgrade, is opened and closed, and does no harm", async () => {
  await using service = new EngineService();
  const client = await PollingClient.open(service.origin);
  const socket = await probe(client);
  const closedAtOnce = async () => {
    const second = new FrameClient(client.upgradeUrl);
    await second.opened;
    assertEquals((await second.ended).code, 1000);
  };
  await closedAtOnce();
  socket.send("5");
  socket.send("4fine");
  assertEquals(await socket.next(), "4fine");
  await closedAtOnce();
  socket.send("4still");
  assertEquals(await socket.next(), "4still");
  await socket.close();
});

Deno.test("a WebSocket for a session that nobody knows is refused", async () => {
  await using service = new EngineService();
  const url = `${service.origin.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket&sid=unknown`;
  await assertRejects(() => new FrameClient(url).opened);
});

Deno.test("an upgrade that takes too long is given up, and polling goes on", async () => {
  const clock = new FakeClock();
  await using service = new EngineService({ clock, upgradeTimeout: 1000 });
  const client = await PollingClient.open(service.origin);
  const socket = await probe(client);
  await clock.advance(999);
  assertEquals(socket.socket.readyState, WebSocket.OPEN);
  await clock.advance(1);
  await socket.ended;
  await client.post("4fine");
  assertEquals(await client.packets(), ["4fine"]);
});

Deno.test("a session that ends takes the WebSocket on trial with it", async () => {
  await using service = new EngineService({ clock: new FakeClock() });
  const begun = service.session();
  const client = await PollingClient.open(service.origin);
  const session = await begun;
  const socket = await probe(client);
  session.close(true);
  await socket.ended;
  assertEquals(service.engine.clientsCount, 0);
});

Deno.test("a session that was closed in the middle of its upgrade says so over the new transport", async () => {
  await using service = new EngineService();
  const begun = service.session();
  const client = await PollingClient.open(service.origin);
  const session = await begun;
  const socket = await probe(client);
  session.write("last words").close();
  socket.send("5");
  assertEquals(await socket.next(), "4last words");
  await socket.ended;
  assertEquals(service.ends, [{ reason: "forced close", description: undefined }]);
});
