import { assertEquals } from "@std/assert";
import { defaultConfig } from "../../../lib/gateway/mod.ts";
import { TrustedProxies } from "../../../lib/ports/mod.ts";
import { readClient } from "../../../routes/http/client.ts";
import { refusedUpgrade } from "../../helpers/raw_client.ts";
import { Peer } from "../../helpers/peer.ts";
import { adminToken, startGateway } from "../../helpers/gateway.ts";

const trusted = defaultConfig({ "http.trusted_proxies": ["loopback", "10.0.0.0/8", "2001:db8::/32"] });
const proxies = new TrustedProxies(trusted["http.trusted_proxies"] ?? []);

function read(peer: string, headers: Record<string, string>, url = "http://gateway.test:1/") {
  const info: Deno.ServeHandlerInfo = {
    remoteAddr: { transport: "tcp", hostname: peer, port: 1 },
    completed: Promise.resolve(),
  };
  return readClient(new Request(url, { headers }), info, proxies);
}

const addressFrom = (peer: string, forwarded: string) => read(peer, { "x-forwarded-for": forwarded }).address;

Deno.test("the client of a trusted proxy is the last address that no trusted proxy has", () => {
  const rows: [string, string, string][] = [
    ["127.0.0.1", "198.51.100.7", "198.51.100.7"],
    ["::1", "198.51.100.7", "198.51.100.7"],
    ["10.1.2.3", "198.51.100.7, 10.9.9.9", "198.51.100.7"],
    ["10.1.2.3", "2001:db8::1,10.9.9.9", "2001:db8::1"],
    ["::ffff:10.1.2.3", "198.51.100.7", "198.51.100.7"],
    ["127.0.0.1", "2a00:1450::8:1", "2a00:1450::8:1"],
    ["127.0.0.1", "198.51.100.7:4711", "198.51.100.7"],
    ["127.0.0.1", "[2a00:1450::8:1]:4711", "2a00:1450::8:1"],
  ];
  for (const [peer, forwarded, address] of rows) assertEquals(addressFrom(peer, forwarded), address);
});

Deno.test("what a client writes into X-Forwarded-For itself is not believed", () => {
  const rows: [string, string, string][] = [
    ["198.51.100.7", "203.0.113.1", "198.51.100.7"],
    ["198.51.100.7", "127.0.0.1", "198.51.100.7"],
    ["127.0.0.1", "203.0.113.1, 198.51.100.7", "198.51.100.7"],
    ["127.0.0.1", "10.0.0.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"],
    ["127.0.0.1", "203.0.113.1, unknown", "127.0.0.1"],
    ["127.0.0.1", "203.0.113.1, unknown, 10.0.0.1", "10.0.0.1"],
    ["127.0.0.1", "1, 0x7f000001", "127.0.0.1"],
    ["127.0.0.1", "", "127.0.0.1"],
    ["127.0.0.1", `203.0.113.1${", 10.0.0.1".repeat(20)}`, "10.0.0.1"],
  ];
  for (const [peer, forwarded, address] of rows) {
    assertEquals(addressFrom(peer, forwarded), address, forwarded);
  }
});

Deno.test("X-Forwarded-Proto and -Host are believed from trusted proxies alone", () => {
  const headers = {
    host: "inner:1",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "gateway.example.org",
  };
  assertEquals(read("198.51.100.7", headers), { address: "198.51.100.7", secure: false, host: "inner:1" });
  assertEquals(read("127.0.0.1", headers), {
    address: "127.0.0.1",
    secure: true,
    host: "gateway.example.org",
  });
  assertEquals(read("127.0.0.1", { ...headers, "x-forwarded-proto": "https, http" }).secure, false);
  assertEquals(read("127.0.0.1", { ...headers, "x-forwarded-host": "a/b?c" }).host, "inner:1");
  assertEquals(read("127.0.0.1", {}, "https://gateway.test:1/").secure, true);
});

Deno.test("limits, /admin/connections and the list of servers go by the client that a trusted proxy names", async () => {
  await using server = await startGateway({
    "http.trusted_proxies": ["127.0.0.1/32"],
    "websocket.max_connections_per_address": 1,
  });
  const open = (forwarded: string) => {
    const headers = { "x-forwarded-for": forwarded };
    return new Promise<{ frame: Record<string, unknown>; socket: WebSocket }>((resolve) => {
      const socket = new WebSocket(server.url.replace("http", "ws"), { headers });
      socket.onmessage = ({ data }) => resolve({ frame: JSON.parse(data), socket });
    });
  };
  const first = await open("2a00:1450:1:2::1");
  const neighbour = await refusedUpgrade(server.ws, { "x-forwarded-for": "2a00:1450:1:2:ffff::9" });
  const other = await open("2a00:1450:1:3::1");
  assertEquals([first, other].map(({ frame }) => frame["type"]), ["welcome", "welcome"]);
  assertEquals([neighbour.status, neighbour.body.error.code], [503, "max_connections"]);
  const { connections } = await server.admin("GET", "/admin/connections");
  assertEquals((connections as { address: string }[]).map(({ address }) => address).sort(), [
    "2a00:1450:1:2::1",
    "2a00:1450:1:3::1",
  ]);
  const response = await fetch(`${server.url}/inscriptions/websocket-servers`, {
    headers: { "x-forwarded-proto": "https", "x-forwarded-host": "gateway.example.org" },
  });
  assertEquals((await response.json()).recommended, "wss://gateway.example.org");
  for (const { socket } of [first, other]) {
    const ended = new Promise((resolve) => socket.onclose = resolve);
    socket.close();
    await ended;
  }
});

Deno.test("without trusted proxies the forwarded headers change nothing", async () => {
  await using server = await startGateway();
  const headers = {
    authorization: `Bearer ${adminToken}`,
    "x-forwarded-for": "198.51.100.7",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil.test",
  };
  const peer = await Peer.open(server.url.replace("http", "ws"));
  await peer.next();
  const { connections } = await (await fetch(`${server.url}/admin/connections`, { headers })).json();
  assertEquals(connections[0].address, "127.0.0.1");
  const { recommended } = await (await fetch(`${server.url}/inscriptions/websocket-servers`, { headers }))
    .json();
  assertEquals(recommended, server.url.replace("http", "ws"));
  await peer.close();
});
