import { assertEquals, assertStringIncludes } from "@std/assert";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { examine } from "./examine.ts";

/** Socket.IO's own server, which speaks nothing else. */
async function startSocketIo(): Promise<AsyncDisposable & { port: number }> {
  const http = createServer((_request, response) => response.writeHead(404).end());
  const io = new Server(http);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    port: (http.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => io.close(),
  };
}

Deno.test("doctor says that an endpoint speaks Socket.IO where a plain WebSocket is wanted", async () => {
  await using server = await startSocketIo();
  const { code, ids, check } = await examine([`ws://127.0.0.1:${server.port}`]);
  assertEquals([code, ids], [1, ["protocol-socketio"]]);
  assertStringIncludes(check("protocol").summary, "Socket.IO, messages to 976.6 KiB");
});

Deno.test("doctor finds nothing wrong with a Socket.IO endpoint where it is wanted", async () => {
  await using server = await startSocketIo();
  for (const path of ["", "/socket.io/"]) {
    const { code, ids, check } = await examine([`http://127.0.0.1:${server.port}${path}`]);
    assertEquals([code, ids], [0, []]);
    assertEquals([check("upgrade").status, check("frames").status, check("heartbeat").status], [
      "ok",
      "ok",
      "ok",
    ]);
  }
});
