import { assertEquals, assertRejects } from "@std/assert";
import { Places } from "../../lib/hub/places.ts";
import { looksLikeEngineIo } from "../../lib/socketio/mod.ts";
import { EngineService } from "./engine_service.ts";
import { FrameClient } from "./frame_client.ts";
import { ask, PollingClient } from "./polling_client.ts";
import { rawUpgrade } from "./raw_upgrade.ts";

const message = "This is a Socket.IO endpoint; connect plain WebSockets to /ws";

Deno.test("a plain WebSocket is told where it is, and closed", async () => {
  await using service = new EngineService();
  const client = new FrameClient(`${service.origin.replace("http", "ws")}/socket.io/`);
  assertEquals(JSON.parse(String(await client.next())), {
    type: "error",
    status: "error",
    code: "wrong_protocol",
    message,
  });
  assertEquals(await client.ended, { code: 1008, reason: "Socket.IO endpoint" });
  assertEquals(service.engine.clientsCount, 0);
});

Deno.test("a plain GET is refused as ever, with a hint", async () => {
  await using service = new EngineService();
  const { status, body } = await ask(`${service.origin}/socket.io/`);
  assertEquals([status, JSON.parse(body)], [400, { code: 0, message: "Transport unknown", hint: message }]);
});

Deno.test("a client of Socket.IO 2 is told in its own protocol which versions work", async () => {
  const refused: string[] = [];
  const onRefused = (name: string) => void refused.push(name);
  await using service = new EngineService({ onRefused });
  const hint = "Socket.IO clients of versions 3 and 4 (EIO=4) work here, those of 1 and 2 do not";
  const open = '0{"sid":"none","upgrades":[],"pingInterval":25000,"pingTimeout":20000}';
  const error = `44"${hint}"`;
  const { status, body } = await ask(`${service.origin}/socket.io/?EIO=3&transport=polling&t=abc&b64=1`);
  assertEquals([status, body], [200, `${open.length}:${open}${error.length}:${error}1:1`]);
  const client = new FrameClient(
    `${service.origin.replace("http", "ws")}/socket.io/?EIO=3&transport=websocket`,
  );
  assertEquals([await client.next(), await client.next()], [open, error]);
  assertEquals((await client.ended).code, 1000);
  assertEquals(service.engine.clientsCount, 0);
  assertEquals(refused, ["unsupportedVersion", "unsupportedVersion"]);
  const other = await ask(`${service.origin}/socket.io/?EIO=5&transport=polling`);
  assertEquals(JSON.parse(other.body).hint, hint);
});

Deno.test("plain WebSockets that never answer their close do not add up, and take no place from others", async () => {
  await using service = new EngineService({ places: new Places({ total: 1000, perAddress: 64 }) });
  const url = `${service.origin}/socket.io/`;
  const strays = [];
  for (let index = 0; index < 64; index += 1) strays.push(await rawUpgrade(url));
  await assertRejects(() => rawUpgrade(url));
  await PollingClient.open(service.origin, { "x-test-address": "192.0.2.2" });
  for (const stray of strays) stray.close();
  const later = async () => (await rawUpgrade(url)).close();
  for (let isFree = false; !isFree;) isFree = await later().then(() => true, () => false);
});

Deno.test("an Engine.IO client is recognized by its query, whatever the path", () => {
  const recognized = (query: string) => looksLikeEngineIo(new URL(`http://x/ws/${query}`));
  assertEquals(recognized("?EIO=4&transport=websocket"), true);
  assertEquals(recognized("?EIO=3&transport=polling&t=abc"), true);
  for (
    const query of ["", "?EIO=4", "?transport=websocket", "?EIO=x&transport=websocket", "?eio=4&transport="]
  ) {
    assertEquals(recognized(query), false, query);
  }
});
