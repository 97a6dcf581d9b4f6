import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { connected, connection, received, socketClient, ways } from "./socket_client.ts";
import { Service } from "./service.ts";
import { until } from "../helpers/until.ts";

for (const transports of ways) {
  const options = { transports: [...transports] };
  const name = transports.join(" and then ");

  Deno.test(`events of any kind come and go in order, by ${name}`, async () => {
    await using service = new Service();
    service.sockets.io.on("connection", (socket) => {
      socket.onAny((event: string, ...values: unknown[]) => socket.emit(event, ...values));
    });
    const client = await connected(service.origin, options);
    const sent = [["text", "grüße 😀"], ["number", 1.5], ["nothing"], ["deep", { a: [{ b: null }] }, false]];
    const echoes: unknown[] = [];
    const all = new Promise<void>((resolve) =>
      client.onAny((...values) => echoes.push(values) === sent.length && resolve())
    );
    for (const [event, ...values] of sent) client.emit(String(event), ...values);
    await all;
    assertEquals(echoes, sent);
    assertEquals(client.io.engine.transport.name, transports.at(-1));
    client.close();
  });

  Deno.test(`bytes come and go wherever they are in an event, by ${name}`, async () => {
    await using service = new Service();
    const arrived = Promise.withResolvers<unknown[]>();
    service.sockets.io.on("connection", (socket) => {
      socket.on("bytes", (...values: unknown[]) => {
        arrived.resolve(values);
        socket.emit("bytes", ...values);
      });
    });
    const client = await connected(service.origin, options);
    const large = crypto.getRandomValues(new Uint8Array(60_000));
    const back = received(client, "bytes");
    client.emit("bytes", { deep: [large] }, new Uint8Array([1, 2]).buffer, "between", new Uint8Array());
    const [first, second] = await arrived.promise;
    assertEquals([...(first as { deep: Uint8Array[] }).deep[0] ?? []], [...large]);
    assertInstanceOf(second, Uint8Array);
    const [mirrored, small, between] = await back;
    assertEquals([...(mirrored as { deep: Uint8Array[] }).deep[0] ?? []], [...large]);
    assertEquals([[...small as Uint8Array], between], [[1, 2], "between"]);
    client.close();
  });

  Deno.test(`both sides acknowledge, with bytes too, by ${name}`, async () => {
    await using service = new Service();
    const asked = Promise.withResolvers<unknown>();
    service.sockets.io.on("connection", (socket) => {
      socket.on("add", (one: number, other: number, answer: (sum: number) => void) => answer(one + other));
      socket.timeout(10_000).emitWithAck("who").then(asked.resolve, asked.reject);
    });
    const client = socketClient(service.origin, options);
    client.on("who", (answer: (name: unknown) => void) => answer({ name: new Uint8Array([7]) }));
    await connection(client);
    assertEquals(await client.emitWithAck("add", 1, 2), 3);
    assertEquals([...(await asked.promise as { name: Uint8Array }).name], [7]);
    client.close();
  });

  Deno.test(`middleware refuses with its message, by ${name}`, async () => {
    await using service = new Service();
    service.sockets.io.use((socket, next) => {
      next(socket.handshake.auth["apiKey"] === "right" ? undefined : new Error("Invalid API key"));
    });
    const wrong = socketClient(service.origin, { ...options, auth: { apiKey: "wrong" } });
    await assertRejects(() => connection(wrong), Error, "Invalid API key");
    wrong.close();
    const right = await connected(service.origin, { ...options, auth: { apiKey: "right" } });
    right.close();
  });

  Deno.test(`both sides learn why a connection ended, by ${name}`, async () => {
    await using service = new Service();
    const ends: string[] = [];
    service.sockets.io.on("connection", (socket) => {
      socket.on("leave", () => socket.disconnect(true));
      socket.on("disconnect", (reason) => ends.push(reason));
    });
    const sent = await connected(service.origin, options);
    sent.emit("leave");
    assertEquals((await received(sent, "disconnect"))[0], "io server disconnect");
    const leaving = await connected(service.origin, options);
    leaving.close();
    await until(() => ends.length >= 2, "two ends");
    assertEquals(ends, ["server namespace disconnect", "client namespace disconnect"]);
    const staying = await connected(service.origin, options);
    const end = received(staying, "disconnect");
    await service.sockets.close();
    assertEquals([(await end)[0], ends.at(-1)], ["transport close", "server shutting down"]);
    staying.close();
  });
}

Deno.test("a handshake tells the middleware of address, headers and query", async () => {
  await using service = new Service();
  const seen = Promise.withResolvers<unknown>();
  service.sockets.io.use(({ handshake }, next) => {
    const { address, secure, xdomain, query, headers, url } = handshake;
    seen.resolve({ address, secure, xdomain, room: query["room"], agent: headers["x-agent"], path: url[0] });
    next();
  });
  const client = await connected(service.origin, {
    query: { room: "a" },
    extraHeaders: { "x-agent": "test", "x-test-address": "192.0.2.7" },
  });
  assertEquals(await seen.promise, {
    address: "192.0.2.7",
    secure: false,
    xdomain: false,
    room: "a",
    agent: "test",
    path: "/",
  });
  client.close();
});

Deno.test("namespaces share one connection and keep their events apart", async () => {
  await using service = new Service();
  service.sockets.io.on("connection", (socket) => void socket.emit("from", "/"));
  service.sockets.io.of("/jobs").on("connection", (socket) => void socket.emit("from", "/jobs"));
  const client = socketClient(service.origin, { multiplex: true });
  const jobs = client.io.socket("/jobs");
  const unknown = client.io.socket("/unknown");
  const refused = new Promise<Error>((resolve) => unknown.once("connect_error", resolve));
  const from = [received(client, "from"), received(jobs, "from")];
  jobs.connect();
  unknown.connect();
  assertEquals(await Promise.all(from), [["/"], ["/jobs"]]);
  assertEquals((await refused).message, "Invalid namespace");
  assertEquals(service.sockets.engine.clientsCount, 1);
  for (const each of [unknown, jobs, client]) each.close();
});

Deno.test("what is sent to a room reaches those who are in it, over either transport", async () => {
  await using service = new Service();
  const { io } = service.sockets;
  io.on("connection", (socket) => void socket.join(String(socket.handshake.auth["room"])));
  const [one, two, other] = await Promise.all([
    connected(service.origin, { transports: ["polling"], auth: { room: "a" } }),
    connected(service.origin, { transports: ["websocket"], auth: { room: "a" } }),
    connected(service.origin, { auth: { room: "b" } }),
  ]);
  const news = [received(one, "news"), received(two, "news"), received(other, "news")];
  io.to("a").emit("news", "for a");
  io.to("b").emit("news", "for b");
  assertEquals(await Promise.all(news), [["for a"], ["for a"], ["for b"]]);
  for (const client of [one, two, other]) client.close();
});

Deno.test("a listener that throws or rejects, when guarded, harms nobody", async () => {
  await using service = new Service();
  const { guarded } = await import("../../lib/socketio/mod.ts");
  const faults: unknown[] = [];
  service.sockets.io.on("connection", (socket) => {
    socket.on(
      "bad",
      guarded((how: string) => {
        if (how === "throw") throw new Error("thrown");
        return Promise.reject(new Error("rejected"));
      }, (error) => faults.push((error as Error).message)),
    );
    socket.on("ping", (answer: () => void) => answer());
  });
  const client = await connected(service.origin);
  client.emit("bad", "throw");
  client.emit("bad", "reject");
  await client.emitWithAck("ping");
  assertEquals(faults, ["thrown", "rejected"]);
  client.close();
});
