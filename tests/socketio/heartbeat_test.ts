import { assertEquals } from "@std/assert";
import { FakeClock } from "../helpers/fake_clock.ts";
import { EngineService } from "./engine_service.ts";
import { FrameClient } from "./frame_client.ts";
import { PollingClient } from "./polling_client.ts";
import { until } from "../helpers/until.ts";

const beats = { pingInterval: 300, pingTimeout: 200 };

Deno.test("a client that answers its pings stays, over polling", async () => {
  const clock = new FakeClock();
  await using service = new EngineService({ clock, ...beats });
  const client = await PollingClient.open(service.origin);
  for (const _ of ["first", "second", "third"]) {
    const ping = client.packets();
    await clock.advance(300);
    assertEquals(await ping, ["2"]);
    await clock.advance(199);
    assertEquals((await client.post("3")).status, 200);
  }
  assertEquals(service.ends, []);
});

Deno.test("a client that answers its pings stays, over WebSocket", async () => {
  const clock = new FakeClock();
  await using service = new EngineService({ clock, ...beats });
  const begun = service.session();
  const { client } = await FrameClient.open(service.origin);
  const session = await begun;
  for (const _ of ["first", "second", "third"]) {
    await clock.advance(300);
    assertEquals(await client.next(), "2");
    await clock.advance(199);
    const heard = new Promise<void>((resolve) => session.once("heartbeat", resolve));
    client.send("3");
    await heard;
  }
  await client.close();
});

Deno.test("a client that does not answer a ping is closed, over polling", async () => {
  const clock = new FakeClock();
  await using service = new EngineService({ clock, ...beats });
  const client = await PollingClient.open(service.origin);
  await clock.advance(499);
  assertEquals(service.ends, []);
  assertEquals(await client.packets(), ["2"]);
  const waiting = client.packets();
  await clock.advance(1);
  assertEquals(service.ends, [{ reason: "ping timeout", description: undefined }]);
  await assertEndOf(client, waiting);
});

/** The poll either came in time to be told, or too late. */
async function assertEndOf(client: PollingClient, waiting: Promise<string[]>): Promise<void> {
  assertEquals(await waiting.catch(() => ["1"]), ["1"]);
  assertEquals((await client.poll()).body, '{"code":1,"message":"Session ID unknown"}');
}

Deno.test("a client that does not answer a ping is closed, over WebSocket", async () => {
  const clock = new FakeClock();
  await using service = new EngineService({ clock, ...beats });
  const { client } = await FrameClient.open(service.origin);
  await clock.advance(500);
  await client.ended;
  assertEquals([client.frames.at(-1), service.ends[0]?.reason], ["2", "ping timeout"]);
});

Deno.test("what comes in while a pong is waited for extends the time for it, once", async () => {
  const clock = new FakeClock();
  await using service = new EngineService({ clock, ...beats });
  const { client } = await FrameClient.open(service.origin);
  await clock.advance(300);
  assertEquals(await client.next(), "2");
  await clock.advance(150);
  client.send("4still here");
  assertEquals(await client.next(), "4still here");
  await clock.advance(150);
  client.send("4and here");
  assertEquals(await client.next(), "4and here");
  await clock.advance(49);
  assertEquals(service.ends, []);
  await clock.advance(1);
  assertEquals(service.ends[0]?.reason, "ping timeout");
  await client.ended;
});

Deno.test("a session on its way from polling to WebSocket is still asked for its pong", async () => {
  const clock = new FakeClock();
  await using service = new EngineService({ clock, ...beats });
  const client = await PollingClient.open(service.origin);
  await clock.advance(300);
  const socket = new FrameClient(client.upgradeUrl);
  await socket.opened;
  socket.send("2probe");
  assertEquals(await socket.next(), "3probe");
  socket.send("5");
  assertEquals(await socket.next(), "2");
  await clock.advance(200);
  await socket.ended;
  assertEquals(service.ends[0]?.reason, "ping timeout");
});

Deno.test("a session that is over leaves no timer behind", async () => {
  const clock = new FakeClock();
  {
    await using service = new EngineService({ clock, ...beats });
    const { client } = await FrameClient.open(service.origin);
    const polling = await PollingClient.open(service.origin);
    await polling.post("1");
    await client.close();
    const upgrading = await PollingClient.open(service.origin);
    const socket = new FrameClient(upgrading.upgradeUrl);
    await socket.opened;
    for (const packet of ["2probe", "5", "4done"]) socket.send(packet);
    while (await socket.next() !== "4done");
    assertEquals(clock.pending, 1);
    await socket.close();
    await until(() => service.engine.clientsCount === 0, "the end of all sessions");
    assertEquals(clock.pending, 0);
  }
  assertEquals(clock.pending, 0);
});

Deno.test("a client whose answer waits to be read stays, though the process stood still", async () => {
  const clock = new FakeClock();
  await using service = new EngineService({ clock, ...beats });
  const begun = service.session();
  const { client } = await FrameClient.open(service.origin);
  const session = await begun;
  await clock.advance(300);
  assertEquals(await client.next(), "2");
  clock.standStill(60_000);
  await clock.advance(10);
  assertEquals(service.ends, []);
  const heard = new Promise<void>((resolve) => session.once("heartbeat", resolve));
  client.send("3");
  await heard;
  await clock.advance(250);
  assertEquals(service.ends, []);
  await client.close();
});
