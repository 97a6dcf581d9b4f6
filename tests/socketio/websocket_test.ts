import { assertEquals } from "@std/assert";
import { EngineService } from "./engine_service.ts";
import { FrameClient } from "./frame_client.ts";
import { ask } from "./polling_client.ts";
import { rawUpgrade } from "./raw_upgrade.ts";
import { until } from "../helpers/until.ts";

Deno.test("each frame is a packet, in both directions, in order", async () => {
  await using service = new EngineService();
  const { client } = await FrameClient.open(service.origin);
  for (const text of ["one", "two", "grüße 😀"]) client.send(`4${text}`);
  assertEquals([await client.next(), await client.next(), await client.next()], [
    "4one",
    "4two",
    "4grüße 😀",
  ]);
  await client.close();
});

Deno.test("bytes are messages as they are", async () => {
  await using service = new EngineService();
  const begun = service.session();
  const { client } = await FrameClient.open(service.origin);
  const data = Promise.withResolvers<unknown>();
  (await begun).on("data", data.resolve);
  client.send(new Uint8Array([1, 2, 3]));
  assertEquals((await data.promise)?.constructor.name, "Buffer");
  assertEquals(await client.next(), [1, 2, 3]);
  await client.close();
});

Deno.test("a view of bytes is sent as the bytes that it shows", async () => {
  await using service = new EngineService();
  const begun = service.session();
  const { client } = await FrameClient.open(service.origin);
  const session = await begun;
  const bytes = new Uint8Array([0, 1, 2, 3]);
  session.write(bytes.subarray(1, 3)).write(bytes.buffer).write(new DataView(bytes.buffer, 3));
  assertEquals([await client.next(), await client.next(), await client.next()], [[1, 2], [0, 1, 2, 3], [3]]);
  await client.close();
});

Deno.test("a frame larger than allowed ends the session, one of exactly that size does not", async (test) => {
  await using service = new EngineService({ maxHttpBufferSize: 100 });
  const exact = `4${"é".repeat(49)}x`;
  for (const frame of [`${exact}y`, new Uint8Array(101)]) {
    await test.step(typeof frame, async () => {
      const { client } = await FrameClient.open(service.origin);
      client.send(exact);
      assertEquals(await client.next(), exact);
      client.send(frame);
      await client.ended;
      assertEquals(service.ends.pop(), { reason: "transport error", description: "message too large" });
    });
  }
});

Deno.test("frames that are no packets end the session", async (test) => {
  await using service = new EngineService();
  const cases = [["abc", "parse error"], ["", "parse error"], ["2", "transport error"]] as const;
  for (const [frame, reason] of cases) {
    await test.step(`"${frame}"`, async () => {
      const { client } = await FrameClient.open(service.origin);
      // What comes behind it must not keep the client from being told.
      for (const each of [frame, "4more", "4and more"]) client.send(each);
      const { code } = await client.ended;
      assertEquals([code, client.frames.length, service.ends.pop()?.reason], [1005, 1, reason]);
    });
  }
});

Deno.test("a client is told the end although more of its frames came in at once", async () => {
  await using service = new EngineService();
  const connection = await rawUpgrade(`${service.origin}/socket.io/?EIO=4&transport=websocket`);
  const frame = [0x81, 0x81, 0, 0, 0, 0, "x".charCodeAt(0)];
  await connection.write(new Uint8Array([frame, frame, frame, frame, frame].flat()));
  const received: number[] = [];
  const chunk = new Uint8Array(1024);
  while (received.at(-2) !== 0x88) {
    const size = await connection.read(chunk);
    if (size === null) throw new Error("The connection ended without a close frame");
    received.push(...chunk.subarray(0, size));
  }
  connection.close();
});

Deno.test("a reset connection ends its session alone", async () => {
  await using service = new EngineService();
  const { client } = await FrameClient.open(service.origin);
  const begun = service.session();
  const connection = await rawUpgrade(`${service.origin}/socket.io/?EIO=4&transport=websocket`);
  await begun;
  connection.close();
  await until(() => service.ends.length > 0, "the end of the session");
  client.send("4fine");
  assertEquals([await client.next(), service.faults], ["4fine", []]);
  await client.close();
});

Deno.test("a second transport for a session on WebSocket is turned away and does no harm", async () => {
  await using service = new EngineService();
  const { client, handshake } = await FrameClient.open(service.origin);
  const polling = `${service.origin}/socket.io/?EIO=4&transport=polling&sid=${handshake.sid}`;
  assertEquals((await ask(polling)).status, 400);
  assertEquals((await ask(polling, { method: "POST", body: "4in" })).status, 400);
  const second = new FrameClient(polling.replace("http", "ws").replace("polling", "websocket"));
  await second.opened;
  assertEquals((await second.ended).code, 1000);
  client.send("4fine");
  assertEquals(await client.next(), "4fine");
  await client.close();
});
