import { assertEquals, assertThrows } from "@std/assert";
import { createGateway, defaultConfig, listen } from "../../lib/gateway/mod.ts";
import { createApp } from "../../routes/mod.ts";
import { startGateway } from "../helpers/gateway.ts";
import { TemporaryFolder } from "../helpers/process.ts";

Deno.test("a port that is taken is named with its flag, and leaves no other port open", async () => {
  await using folder = await TemporaryFolder.make();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  for (
    const [ports, flag] of [[{ port }, "--port"], [{ port: 0, "admin.port": port }, "--admin.port"]] as const
  ) {
    const config = defaultConfig({
      ...ports,
      store: ":memory:",
      validator_key: `${folder.path}/validator.key`,
      "crypto.workers": 1,
    });
    const gateway = await createGateway(config);
    const { message } = assertThrows(() => listen(gateway, createApp), Error);
    const advice = `it is in use; stop what listens there, or choose another with ${flag}`;
    assertEquals(message, `Cannot listen on 127.0.0.1:${port}: ${advice}`);
    await gateway.stop();
  }
});

Deno.test("both ports take a free one for 0, on the address of each", async () => {
  await using server = await startGateway({ host: "::1", "admin.port": 0 });
  const [main, admin] = [new URL(server.url), new URL(server.adminUrl)];
  assertEquals([main.hostname, admin.hostname], ["[::1]", "127.0.0.1"]);
  for (const url of [server.url, server.adminUrl]) {
    const response = await fetch(`${url}/healthz`);
    await response.body?.cancel();
    assertEquals(response.status, 200);
  }
});

Deno.test("a request that never comes whole does not keep the port from closing", async () => {
  await using server = await startGateway({ shutdown_timeout: 1 });
  const { hostname, port } = new URL(server.url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(
    `POST /api/v1/predictions HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: 100\r\n\r\nnot all of it`,
  ));
  // The server has begun to read it once it answers another one.
  await (await fetch(`${server.url}/healthz`)).body?.cancel();
  await server.stop();
  connection.close();
});
