import { assert, assertEquals } from "@std/assert";
import type { Socket } from "socket.io-client";
import { connected, connection, received, socketClient } from "./socket_client.ts";
import { Service } from "./service.ts";
import { until } from "../helpers/until.ts";

/** Cuts the connection as a network would. */
async function cut(client: Socket): Promise<void> {
  const gone = received(client, "disconnect");
  client.io.engine.close();
  await gone;
}

async function settledOn({ sockets: { engine } }: Service, connections: number): Promise<void> {
  await until(() => engine.clientsCount === connections, `${connections} connections`);
}

Deno.test("a client that was cut off, several times in a row, misses nothing and keeps its rooms", async () => {
  await using service = new Service({ io: { connectionStateRecovery: {} } });
  const { io } = service.sockets;
  io.on("connection", (socket) => {
    if (!socket.recovered) socket.join("job");
  });
  const client = await connected(service.origin, { transports: ["websocket"] });
  const got: unknown[] = [];
  client.on("progress", (step) => got.push(step));
  let step = 0;
  const publish = () => io.to("job").emit("progress", step++);
  publish();
  while (got.length < 1) await received(client, "progress");
  const { id } = client;
  for (const _ of ["first", "second", "third"]) {
    await cut(client);
    await settledOn(service, 0);
    publish();
    publish();
    const back = connection(client);
    client.connect();
    await back;
    publish();
    while (got.length < step) await received(client, "progress");
    assert(client.recovered);
  }
  assertEquals([got, client.id], [Array.from({ length: step }, (_, index) => index), id]);
  client.close();
});

Deno.test("a recovered client is seen by the middleware, since who may connect can have changed", async () => {
  await using service = new Service({ io: { connectionStateRecovery: {} } });
  const { io } = service.sockets;
  let isRevoked = false;
  io.use((_, next) => next(isRevoked ? new Error("Invalid API key") : undefined));
  io.on("connection", (socket) => void socket.emit("hello"));
  const client = socketClient(service.origin, { transports: ["websocket"] });
  await received(client, "hello");
  await cut(client);
  isRevoked = true;
  const refused = connection(client).then(() => "connected", (error) => error.message);
  client.connect();
  assertEquals(await refused, "Invalid API key");
  client.close();
});

Deno.test("a client that claims a session nobody knows connects afresh", async () => {
  await using service = new Service({ io: { connectionStateRecovery: {} } });
  const client = await connected(service.origin, { auth: { pid: "unknown", offset: "1" } });
  assertEquals(client.recovered, false);
  client.close();
});
