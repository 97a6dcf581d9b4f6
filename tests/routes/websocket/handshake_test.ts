import { assertEquals, assertStringIncludes } from "@std/assert";
import { startGateway } from "../../helpers/gateway.ts";
import { rawHead } from "../../helpers/raw_client.ts";

const paths = [
  "/",
  "/ws",
  "/ws/stream",
  "/socket.io/?EIO=4&transport=websocket",
  "/ws?EIO=4&transport=websocket",
];

const sound: Readonly<Record<string, string>> = {
  "Host": "gw",
  "Upgrade": "websocket",
  "Connection": "Upgrade",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version": "13",
};

/** What a handshake has instead, or no more, and the status that it is answered with. RFC 6455, section 4.2.1. */
const handshakes: [change: Record<string, string | null>, status: number][] = [
  [{}, 101],
  [{ "Upgrade": null, "UPGRADE": "WebSocket" }, 101],
  [{ "Connection": "keep-alive, upgrade" }, 101],
  [{ "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==" }, 101],
  [{ "Sec-WebSocket-Version": null }, 426],
  [{ "Sec-WebSocket-Version": "" }, 426],
  [{ "Sec-WebSocket-Version": "8" }, 426],
  [{ "Sec-WebSocket-Version": "12" }, 426],
  [{ "Sec-WebSocket-Version": "14" }, 426],
  [{ "Sec-WebSocket-Version": "013" }, 426],
  [{ "Sec-WebSocket-Version": "13, 8" }, 426],
  [{ "Sec-WebSocket-Version": "13\r\nSec-WebSocket-Version: 8" }, 426],
  [{ "Sec-WebSocket-Key": null }, 400],
  [{ "Sec-WebSocket-Key": "" }, 400],
  [{ "Sec-WebSocket-Key": "c2hvcnQ=" }, 400],
  [{ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ" }, 400],
  [{ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZSE=" }, 400],
  [{ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZSEh" }, 400],
  [{ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j_Q==" }, 400],
  [{ "Sec-WebSocket-Key": "not base64 of 16 bytes==" }, 400],
  [{ "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==" }, 400],
  [{ "Connection": null }, 400],
  [{ "Connection": "keep-alive" }, 400],
  [{ "Host": null }, 400],
  [{ "Host": "" }, 400],
  [{ "Host": "gw/x?" }, 400],
];

for (const path of paths) {
  Deno.test(`a handshake on ${path} is refused where it is none of RFC 6455`, async () => {
    await using server = await startGateway();
    for (const [change, status] of handshakes) {
      const fields = Object.entries({ ...sound, ...change }).filter(([, value]) => value !== null);
      const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
      const head = await rawHead(server.url, `GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
      const label = `${JSON.stringify(change)}: ${head}`;
      assertEquals(Number(head.split(" ")[1]), status, label);
      if (status === 426) assertStringIncludes(head, "\r\nsec-websocket-version: 13", label);
      if (status === 101) assertStringIncludes(head, "\r\nsec-websocket-accept: ", label);
    }
  });
}

Deno.test("whoever asks where WebSockets connect without asking for one is told how to", async () => {
  await using server = await startGateway();
  for (const path of ["/", "/ws", "/ws/stream"]) {
    const response = await fetch(`${server.url}${path}`);
    assertEquals([response.status, (await response.json()).error.code], [426, "upgrade_required"]);
    const told = ["upgrade", "sec-websocket-version"].map((name) => response.headers.get(name));
    assertEquals(told, ["websocket", "13"]);
  }
});
