import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { EngineService } from "./engine_service.ts";
import { FrameClient } from "./frame_client.ts";
import { ask, PollingClient } from "./polling_client.ts";

Deno.test("polling opens a session and offers WebSocket", async () => {
  await using service = new EngineService({ pingInterval: 300, pingTimeout: 200, maxHttpBufferSize: 12345 });
  const { status, body, headers } = await ask(`${service.origin}/socket.io/?EIO=4&transport=polling`);
  assertEquals([status, headers.get("content-type")], [200, "text/plain; charset=UTF-8"]);
  assertEquals(headers.get("cache-control"), "no-store");
  assertEquals(body[0], "0");
  const { sid, ...rest } = JSON.parse(body.slice(1));
  assertMatch(sid, /^[\w-]{20}$/);
  assertEquals(rest, { upgrades: ["websocket"], pingInterval: 300, pingTimeout: 200, maxPayload: 12345 });
});

Deno.test("a WebSocket opens a session and offers nothing more", async () => {
  await using service = new EngineService();
  const { client, handshake } = await FrameClient.open(service.origin);
  assertEquals([handshake.upgrades, handshake.pingInterval, handshake.maxPayload], [[], 25_000, 1_000_000]);
  await client.close();
});

Deno.test("every session has an id of its own", async () => {
  await using service = new EngineService();
  const first = await PollingClient.open(service.origin);
  const second = await PollingClient.open(service.origin);
  assertNotEquals(first.sid, second.sid);
  assertEquals(service.engine.clientsCount, 2);
});

Deno.test("the last slash of the path may be left out, other paths are not served", async () => {
  await using service = new EngineService({ path: "/jobs" });
  const query = "?EIO=4&transport=polling";
  assertEquals((await ask(`${service.origin}/jobs${query}`)).status, 200);
  assertEquals((await ask(`${service.origin}/jobs/${query}`)).status, 200);
  assertEquals((await ask(`${service.origin}/jobs2/${query}`)).status, 404);
});

Deno.test("a session knows the request that opened it, by both transports", async () => {
  await using service = new EngineService();
  for (const transport of ["polling", "websocket"]) {
    const begun = service.session();
    const query = `EIO=4&transport=${transport}&token=a%20b`;
    const close = await openAnyhow(`${service.origin}/socket.io/?${query}`, transport);
    const { request, remoteAddress, protocol, readyState } = await begun;
    assertEquals([request.method, request.url], ["GET", `/socket.io/?${query}`]);
    assertEquals({ ...request._query }, { EIO: "4", transport, token: "a b" });
    assert(request.headers["host"]?.startsWith("127.0.0.1:"));
    assertEquals([remoteAddress, request.connection.encrypted], ["127.0.0.1", false]);
    assertEquals([protocol, readyState], [4, "open"]);
    await close();
  }
});

async function openAnyhow(url: string, transport: string): Promise<() => Promise<void>> {
  if (transport === "polling") {
    await ask(url);
    return () => Promise.resolve();
  }
  const client = new FrameClient(url.replace("http", "ws"));
  await client.next();
  return () => client.close();
}

Deno.test("a listener of connections that throws harms nobody", async () => {
  await using service = new EngineService();
  const fault = new Error("listener");
  service.engine.once("connection", () => {
    throw fault;
  });
  const client = await PollingClient.open(service.origin);
  await client.post("4still here");
  assertEquals(await client.packets(), ["4still here"]);
  assertEquals(service.faults, [fault]);
});
