import { Places } from "../../lib/hub/places.ts";
import { assertEquals } from "@std/assert";
import { connected, received } from "./socket_client.ts";
import { Service } from "./service.ts";

const size = 200;

Deno.test("two hundred polling clients at once are each answered, and all hear the same", async () => {
  await using service = new Service({ places: new Places({ total: size, perAddress: size }) });
  const { io, engine } = service.sockets;
  io.on("connection", (socket) => {
    socket.on("double", (value: number, answer: (twice: number) => void) => answer(2 * value));
  });
  const clients = await Promise.all(
    Array.from({ length: size }, () => connected(service.origin, { transports: ["polling"] })),
  );
  assertEquals(engine.clientsCount, size);
  const answers = await Promise.all(clients.map((client, index) => client.emitWithAck("double", index)));
  assertEquals(answers, clients.map((_, index) => 2 * index));
  const heard = clients.map((client) => received(client, "news"));
  io.emit("news", 1);
  io.emit("news", 2);
  assertEquals(await Promise.all(heard), clients.map(() => [1]));
  for (const client of clients) client.close();
});
