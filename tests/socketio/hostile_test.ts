import { Places } from "../../lib/hub/places.ts";
import { assertEquals } from "@std/assert";
import { FrameClient } from "./frame_client.ts";
import { ask, PollingClient } from "./polling_client.ts";
import { Service } from "./service.ts";
import { connected } from "./socket_client.ts";
import { until } from "../helpers/until.ts";

const deep = "[".repeat(100_000) + "]".repeat(100_000);

/** What is sent once the namespace is joined, and whether the session may go on. */
const attacks: readonly (readonly [string, readonly (string | Uint8Array<ArrayBuffer>)[], boolean])[] = [
  ["text that is no packet of Socket.IO", ["4hello"], false],
  ["an empty message", ["4"], false],
  ["an unknown type", ["49"], false],
  ["JSON cut short", ['42["a'], false],
  ["an event without a name", ["42[]"], false],
  ["an event named by an object", ["42[{}]"], false],
  ["a reserved event", ['42["disconnect"]'], false],
  ["an error event", ['42["error",1]'], true],
  ["an event of Object's own", ['42["__proto__"]', '42["constructor"]', '42["toString",1]'], true],
  ["a prototype in the data", ['42["echo",{"__proto__":{"polluted":true}}]'], true],
  ["deep JSON in an event", [`42["echo",${deep}]`], false],
  ["deep JSON in an acknowledgement", [`431[${deep}]`], false],
  ["a deep JSON event nobody listens to", [`42["nobody",${deep}]`], false],
  ["an acknowledgement nobody asked for", ["431[]", "4399999999999999999999[]"], true],
  ["an id beyond all numbers", [`42${"9".repeat(400)}["echo",1]`], true],
  ["too many attachments", ['451000000-["echo",{"_placeholder":true,"num":0}]'], false],
  ["a negative number of attachments", ['45-1-["echo"]'], false],
  ["bytes that nobody announced", [new Uint8Array(10)], false],
  ["text instead of announced bytes", ['451-["echo",{"_placeholder":true,"num":0}]', '42["echo"]'], false],
  ["a placeholder out of range", ['451-["echo",{"_placeholder":true,"num":9}]', new Uint8Array(1)], false],
  ["a placeholder that is no number", [
    '451-["echo",{"_placeholder":true,"num":"__proto__"}]',
    new Uint8Array(1),
  ], false],
  ["a second connect", ["40"], false],
  ["an event of a namespace not joined", ['42/other,["echo",1]'], false],
  ["unknown namespaces", Array.from({ length: 100 }, (_, index) => `40/${index},`), true],
  ["an error from the client", ['44{"message":"x"}'], false],
  ["an upgrade out of place", ["5", "6"], true],
];

Deno.test("whatever a client sends, it harms nobody but itself", async (test) => {
  await using service = new Service();
  service.sockets.io.on("connection", (socket) => {
    socket.on("echo", (...values: unknown[]) => {
      const answer = values.at(-1);
      if (typeof answer === "function") answer(...values.slice(0, -1));
      else socket.emit("echo", ...values);
    });
  });
  const bystander = await connected(service.origin, { transports: ["websocket"] });
  for (const [name, frames, goesOn] of attacks) {
    await test.step(name, async () => {
      const { client } = await FrameClient.open(service.origin);
      client.send("40");
      await client.next();
      for (const frame of frames) client.send(frame);
      if (goesOn) await assertAnswers(client);
      else await client.ended;
      assertEquals(await bystander.emitWithAck("echo", name), name);
      assertEquals(Object.hasOwn(Object.prototype, "polluted"), false);
      if (goesOn) await client.close();
    });
  }
  await until(() => service.sockets.engine.clientsCount <= 1, "the end of all sessions but one");
  assertEquals(service.faults, []);
  bystander.close();
});

async function assertAnswers(client: FrameClient): Promise<void> {
  client.send('427["echo","still"]');
  while (await client.next() !== '437["still"]');
}

Deno.test("messages before the namespace is joined end the session", async () => {
  await using service = new Service();
  const client = await PollingClient.open(service.origin);
  await client.post('42["echo",1]');
  assertEquals(await client.packets(), ["1"]);
});

Deno.test("a million separators in one body cost the session and nothing else", async () => {
  await using service = new Service({ maxHttpBufferSize: 3 * 1024 * 1024 });
  const bystander = await connected(service.origin);
  const client = await PollingClient.open(service.origin);
  assertEquals((await client.post("\x1e".repeat(1_000_000))).status, 400);
  service.sockets.io.emit("fine");
  await new Promise<void>((resolve) => bystander.once("fine", resolve));
  bystander.close();
});

Deno.test("floods of requests without a session are refused and leave nothing behind", async () => {
  await using service = new Service({ places: new Places({ total: 10, perAddress: 10 }) });
  const client = await PollingClient.open(service.origin);
  const floods = ["&sid=unknown", "", "&sid=%00", `&sid=${"x".repeat(2000)}`];
  const statuses = await Promise.all(Array.from({ length: 400 }, async (_, index) => {
    const url = `${service.origin}/socket.io/?EIO=4&transport=polling${floods[index % floods.length]}`;
    return (await ask(url)).status;
  }));
  assertEquals(statuses.filter((status) => status === 200).length, 9);
  assertEquals(statuses.filter((status) => status === 503).length, 91);
  assertEquals(statuses.filter((status) => status === 400).length, 300);
  assertEquals(service.sockets.engine.clientsCount, 10);
  assertEquals((await client.post("40")).status, 200);
});
