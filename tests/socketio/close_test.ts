import { assertEquals } from "@std/assert";
import { FakeClock } from "../helpers/fake_clock.ts";
import { EngineService } from "./engine_service.ts";
import { FrameClient } from "./frame_client.ts";
import { PollingClient } from "./polling_client.ts";
import { until } from "../helpers/until.ts";

Deno.test("a polling client closes its session, and its own poll comes back empty", async () => {
  await using service = new EngineService();
  const begun = service.session();
  const client = await PollingClient.open(service.origin);
  const session = await begun;
  const waiting = client.packets();
  await until(() => session.transport.writable, "a poll");
  assertEquals((await client.post("1")).body, "ok");
  assertEquals(await waiting, ["6"]);
  assertEquals((await client.poll()).status, 400);
  assertEquals(service.ends, [{ reason: "transport close", description: undefined }]);
});

Deno.test("a WebSocket client closes its session by a packet or by its socket", async () => {
  await using service = new EngineService();
  const { client: one } = await FrameClient.open(service.origin);
  one.send("1");
  await one.ended;
  const { client: other } = await FrameClient.open(service.origin);
  await other.close();
  await until(() => service.ends.length >= 2, "two ends");
  assertEquals(service.ends.map(({ reason }) => reason), ["transport close", "transport close"]);
});

Deno.test("the server closes a session once everything is sent: the poll that waits is told", async () => {
  await using service = new EngineService();
  const begun = service.session();
  const client = await PollingClient.open(service.origin);
  const session = await begun;
  const waiting = client.packets();
  await until(() => session.transport.writable, "a poll");
  session.close();
  assertEquals(await waiting, ["1"]);
  assertEquals([session.readyState, service.ends[0]?.reason], ["closed", "forced close"]);
});

Deno.test("the server closes a session between two polls: the next one gets what waited, the one after it is told", async () => {
  await using service = new EngineService();
  const begun = service.session();
  const client = await PollingClient.open(service.origin);
  const session = await begun;
  session.write("last").write("words").close().write("too late");
  assertEquals(session.readyState, "closing");
  assertEquals((await client.post("4ignored")).status, 200);
  assertEquals(await client.packets(), ["4last", "4words"]);
  assertEquals(await client.packets(), ["1"]);
  assertEquals((await client.poll()).status, 400);
});

Deno.test("a closing session whose client never polls again ends by itself", async () => {
  const clock = new FakeClock();
  await using service = new EngineService({ clock, pingInterval: 60_000 });
  const begun = service.session();
  await PollingClient.open(service.origin);
  (await begun).close();
  await clock.advance(4999);
  assertEquals(service.engine.clientsCount, 1);
  await clock.advance(1);
  assertEquals([service.engine.clientsCount, service.ends[0]?.reason], [0, "forced close"]);
});

Deno.test("the server closes a WebSocket session behind what was sent", async () => {
  await using service = new EngineService();
  const begun = service.session();
  const { client } = await FrameClient.open(service.origin);
  (await begun).write("last words").close();
  assertEquals(await client.next(), "4last words");
  await client.ended;
  assertEquals(service.ends, [{ reason: "forced close", description: undefined }]);
});

Deno.test("a server that closes tells every client and resolves when all are gone", async () => {
  const clock = new FakeClock();
  await using service = new EngineService({ clock, closeTimeout: 5000 });
  const { client } = await FrameClient.open(service.origin);
  const begun = service.session();
  const polling = await PollingClient.open(service.origin);
  const session = await begun;
  const waiting = polling.packets();
  await until(() => session.transport.writable, "a poll");
  const closed = service.engine.close();
  assertEquals(await waiting, ["1"]);
  await client.ended;
  // By a clock that stands still: nothing but their leaving can have resolved it.
  await closed;
  assertEquals([service.engine.clientsCount, clock.pending], [0, 0]);
});

Deno.test("a server that closes waits no longer than it was told for clients that do not come back", async () => {
  const clock = new FakeClock();
  await using service = new EngineService({ clock, closeTimeout: 5000 });
  await PollingClient.open(service.origin);
  const closed = service.engine.close();
  await clock.advance(5000);
  await closed;
  assertEquals(service.engine.clientsCount, 0);
});

Deno.test("a server that closes takes nobody in", async () => {
  const clock = new FakeClock();
  await using service = new EngineService({ clock, closeTimeout: 5000 });
  const staying = await PollingClient.open(service.origin);
  const closed = service.engine.close();
  const answer = await fetch(`${service.origin}/socket.io/?EIO=4&transport=polling`);
  assertEquals([answer.status, answer.headers.get("retry-after")], [503, "5"]);
  assertEquals(await answer.json(), { code: 4, message: "Server is closing" });
  // A balancer passes this on, to the instance that may know the session.
  const foreign = await fetch(`${service.origin}/socket.io/?EIO=4&transport=polling&sid=another-instances`);
  assertEquals([foreign.status, await foreign.json()], [503, { code: 4, message: "Server is closing" }]);
  assertEquals(await staying.packets(), ["1"]);
  await closed;
});

Deno.test("a listener of a session's end that throws harms nobody", async () => {
  await using service = new EngineService();
  const begun = service.session();
  const client = await PollingClient.open(service.origin);
  const fault = new Error("listener");
  (await begun).once("close", () => {
    throw fault;
  });
  assertEquals((await client.post("1")).status, 200);
  assertEquals([service.engine.clientsCount, service.faults], [0, [fault]]);
});
