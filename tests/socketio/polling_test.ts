import { assertEquals, assertRejects } from "@std/assert";
import { EngineService } from "./engine_service.ts";
import { ask, PollingClient } from "./polling_client.ts";
import { SlowPost } from "./slow_post.ts";
import { until } from "../helpers/until.ts";

Deno.test("a POST brings packets, a GET takes them", async () => {
  await using service = new EngineService();
  const client = await PollingClient.open(service.origin);
  const { status, body, headers } = await client.post("4hello");
  assertEquals([status, body, headers.get("content-type")], [200, "ok", "text/html"]);
  assertEquals(await client.packets(), ["4hello"]);
});

Deno.test("a poll waits until there is something to say", async () => {
  await using service = new EngineService();
  const client = await PollingClient.open(service.origin);
  const waiting = client.packets();
  await client.post("4late");
  assertEquals(await waiting, ["4late"]);
});

Deno.test("several packets travel in one body, in both directions, in order", async () => {
  await using service = new EngineService();
  const client = await PollingClient.open(service.origin);
  await client.post("4one\x1e4two\x1e4three");
  assertEquals(await client.packets(), ["4one", "4two", "4three"]);
});

Deno.test("text of any script survives", async () => {
  await using service = new EngineService();
  const client = await PollingClient.open(service.origin);
  const text = "grüße 漢字 😀 \u2028";
  await client.post(`4${text}\x1e4${text}`);
  assertEquals(await client.packets(), [`4${text}`, `4${text}`]);
});

Deno.test("bytes travel as base64, in both directions", async () => {
  await using service = new EngineService();
  const client = await PollingClient.open(service.origin);
  await client.post("bAQIDBA==\x1e4and text");
  assertEquals(await client.packets(), ["bAQIDBA==", "4and text"]);
});

Deno.test("bytes arrive as a node Buffer, which socket.io expects", async () => {
  await using service = new EngineService();
  const begun = service.session();
  const client = await PollingClient.open(service.origin);
  const data = Promise.withResolvers<unknown>();
  (await begun).on("data", data.resolve);
  await client.post("bAQID");
  const bytes = await data.promise;
  assertEquals(bytes?.constructor.name, "Buffer");
  assertEquals([...(bytes as Uint8Array)], [1, 2, 3]);
});

Deno.test("a second poll at the same time is refused and ends the session", async () => {
  await using service = new EngineService();
  const client = await PollingClient.open(service.origin);
  const answers = await Promise.all([client.poll(), client.poll()]);
  // Which of them the server saw first is not ours to say.
  answers.sort((one, other) => one.status - other.status);
  assertEquals(answers.map(({ status }) => status), [200, 400]);
  assertEquals(answers[0]?.body, "1");
  assertEquals((await client.poll()).status, 400);
  assertEquals(service.ends, [{ reason: "transport error", description: "poll overlap from client" }]);
});

Deno.test("a second POST at the same time is refused and ends the session", async () => {
  await using service = new EngineService();
  const client = await PollingClient.open(service.origin);
  using first = await SlowPost.begin(client, 9);
  await first.write("4be");
  await until(
    async () => (await client.post("4second")).status !== 200,
    "a refused POST",
    () => client.packets(),
  );
  assertEquals(service.ends, [{
    reason: "transport error",
    description: "data request overlap from client",
  }]);
});

Deno.test("a POST larger than allowed is refused with 413 and ends the session", async () => {
  await using service = new EngineService({ maxHttpBufferSize: 100 });
  const exact = `4${"é".repeat(49)}x`;
  const client = await PollingClient.open(service.origin);
  assertEquals((await client.post(exact)).status, 200);
  assertEquals(await client.packets(), [exact]);
  assertEquals((await client.post(`${exact}y`)).status, 413);
  assertEquals((await client.poll()).status, 400);
  assertEquals(service.ends.pop()?.description, "payload too large");
});

Deno.test("a binary body is refused: this revision of the protocol has none", async () => {
  await using service = new EngineService();
  const client = await PollingClient.open(service.origin);
  const answer = await client.post("4hello", { "content-type": "application/octet-stream" });
  assertEquals(answer.status, 400);
  assertEquals(service.ends[0]?.description, "invalid content");
});

Deno.test("packets that are none end the session", async (test) => {
  await using service = new EngineService();
  const cases: [string, string, string, string[]][] = [
    ["of an unknown type", "abc", "parse error", []],
    ["empty", "", "parse error", []],
    ["after a good one", "4good\x1e9", "parse error", ["4good"]],
    ["a separator too many", "4good\x1e", "parse error", ["4good"]],
    ["a ping, which only the server sends", "2", "transport error", []],
  ];
  for (const [name, body, reason, before] of cases) {
    await test.step(name, async () => {
      const client = await PollingClient.open(service.origin);
      const waiting = client.packets();
      const { status } = await client.post(body);
      assertEquals(status, 400);
      assertEquals(await waiting, before.length > 0 ? before : ["1"]);
      assertEquals((await client.poll()).status, 400);
      assertEquals(service.ends.pop()?.reason, reason);
    });
  }
});

Deno.test("a client that leaves its poll has left", async () => {
  await using service = new EngineService();
  const begun = service.session();
  const client = await PollingClient.open(service.origin);
  const session = await begun;
  const leaving = new AbortController();
  const over = new Promise((resolve) => session.once("close", resolve));
  const poll = client.poll(leaving.signal);
  await until(() => session.transport.writable, "a poll");
  leaving.abort();
  await assertRejects(() => poll);
  assertEquals(await over, "transport error");
  assertEquals((await client.poll()).status, 400);
});

Deno.test("a client that leaves in the middle of a POST has left", async () => {
  await using service = new EngineService();
  const begun = service.session();
  const client = await PollingClient.open(service.origin);
  const over = new Promise((resolve) => begun.then((session) => session.once("close", resolve)));
  const { hostname, port, pathname, search } = new URL(client.url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(
    `POST ${pathname}${search} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n4half a mess`,
  ));
  connection.close();
  assertEquals(await over, "transport error");
});

Deno.test("other methods are refused and do no harm", async () => {
  await using service = new EngineService();
  const client = await PollingClient.open(service.origin);
  for (const method of ["PUT", "DELETE", "PATCH"]) {
    assertEquals((await ask(client.url, { method })).status, 400);
  }
  await client.post("4fine");
  assertEquals(await client.packets(), ["4fine"]);
});
