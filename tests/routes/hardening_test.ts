import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { adminToken, startGateway } from "../helpers/gateway.ts";
import { Peer } from "../helpers/peer.ts";
import { rawHead } from "../helpers/raw_client.ts";

const authorization = `Bearer ${adminToken}`;

async function get({ url }: { url: string }, path: string, headers: HeadersInit = {}): Promise<Response> {
  const response = await fetch(`${url}${path}`, { headers });
  await response.body?.cancel();
  return response;
}

Deno.test("every answer tells browsers to be strict, whatever it is", async () => {
  await using server = await startGateway({ "http.trusted_proxies": ["127.0.0.1/32"] });
  const paths = [
    "/healthz",
    "/ws/health",
    "/metrics",
    "/admin/connections",
    "/",
    "/nothing",
    "/api/v1/games",
    "/api/v1/streams",
    "/api/v1/streams/none",
    "/inscriptions/websocket-servers",
    "/inscriptions/content/0.0.1",
    "/socket.io/?EIO=4&transport=polling",
    "/socket.io/?EIO=9",
    "/assets/none.js",
  ];
  for (const accept of ["*/*", "text/html"]) {
    for (const path of paths) {
      const { headers } = await get(server, path, { accept, authorization });
      assertEquals(headers.get("x-content-type-options"), "nosniff", path);
      assertStringIncludes(headers.get("content-security-policy") ?? "", "frame-ancestors 'none'", path);
      assertEquals(headers.get("referrer-policy"), "no-referrer", path);
      assertEquals(headers.get("cross-origin-resource-policy"), "same-origin", path);
      assertEquals([headers.get("server"), headers.get("x-powered-by")], [null, null], path);
      assertEquals(headers.get("strict-transport-security"), null, path);
    }
  }
  const overTls = await get(server, "/healthz", { "x-forwarded-proto": "https" });
  assertMatch(overTls.headers.get("strict-transport-security") ?? "", /^max-age=\d{7,}$/);
});

Deno.test("a body in chunks is refused with 411 on every path, and not read", async () => {
  await using server = await startGateway();
  const paths = [
    "/api/v1/predictions",
    "/admin/games",
    "/inscriptions/start-inscription",
    "/socket.io/",
    "/no",
  ];
  for (const path of paths) {
    const request = `POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`;
    const answer = await rawHead(server.url, request);
    assertMatch(answer, /^HTTP\/1\.1 411 /, path);
    assertMatch(answer, /^connection: close\r?$/im, path);
  }
});

Deno.test("a URL or headers beyond what any client needs are refused with 414 and 431", async () => {
  await using server = await startGateway();
  const long = await fetch(`${server.url}/api/v1/games?since=${"1".repeat(9000)}`);
  assertEquals([long.status, (await long.json()).error.code], [414, "too_large"]);
  const large = await fetch(`${server.url}/healthz`, { headers: { "x-large": "x".repeat(40_000) } });
  assertEquals([large.status, (await large.json()).error.code], [431, "too_large"]);
  const fields = Array.from({ length: 110 }, (_, index) => `x-${index}: 1\r\n`).join("");
  const many = await rawHead(server.url, `GET /healthz HTTP/1.1\r\nHost: x\r\n${fields}\r\n`);
  assertMatch(many, /^HTTP\/1\.1 431 /);
  const enormous = await rawHead(server.url, `GET /${"a".repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
  assertMatch(enormous, /^HTTP\/1\.1 4\d\d /);
  assertEquals((await get(server, `/healthz?${"a".repeat(8000)}`)).status, 200);
});

Deno.test("pages of origins that are not allowed neither connect nor read", async () => {
  const allowed = "https://app.example.org";
  await using server = await startGateway({ "websocket.allowed_origins": [allowed] });
  const reads = [
    "/api/v1/streams",
    "/api/v1/streams/network_metrics",
    "/api/v1/streams/network_metrics/events",
    "/api/v1/games",
    "/inscriptions/websocket-servers",
    "/api/inscriptions/websocket-servers",
    "/api/?EIO=4&transport=polling",
  ];
  for (const path of reads) {
    const [own, foreign] = [
      await get(server, path, { origin: allowed }),
      await get(server, path, { origin: "https://evil.test" }),
    ];
    assertEquals(own.headers.get("access-control-allow-origin"), allowed, path);
    assertEquals(foreign.headers.get("access-control-allow-origin"), null, path);
  }
  const polling = "/socket.io/?EIO=4&transport=polling";
  assertEquals((await get(server, polling, { origin: allowed })).status, 200);
  assertEquals((await get(server, polling, { origin: "https://evil.test" })).status, 403);
  for (const path of ["/", "/ws", "/ws/stream"]) {
    const upgrade = (origin: string) =>
      rawHead(
        server.url,
        `GET ${path} HTTP/1.1\r\nHost: x\r\nOrigin: ${origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
      );
    assertMatch(await upgrade("https://evil.test"), /^HTTP\/1\.1 403 /);
    assertMatch(await upgrade(`${allowed}.evil.test`), /^HTTP\/1\.1 403 /);
    assertMatch(await upgrade("null"), /^HTTP\/1\.1 403 /);
    assertMatch(await upgrade(allowed), /^HTTP\/1\.1 101 /);
  }
});

Deno.test("what operators ask is readable for no other page, also where every origin may connect", async () => {
  await using server = await startGateway();
  for (const path of ["/admin/connections", "/metrics", "/ws/health"]) {
    const { headers } = await get(server, path, { origin: "https://any.test", authorization });
    assertEquals(headers.get("access-control-allow-origin"), null, path);
  }
});

Deno.test("with a port of their own, what operators ask is served there alone", async () => {
  await using server = await startGateway({ "admin.port": 0 });
  const operators = { url: server.adminUrl };
  assert(server.adminUrl !== server.url);
  const rows = [
    ["/admin/connections", 404, 200],
    ["/metrics", 404, 200],
    ["/healthz", 200, 200],
    ["/readyz", 200, 200],
    ["/ws/health", 200, 200],
    ["/api/v1/games", 200, 404],
    ["/api/v1/streams", 200, 404],
    ["/socket.io/?EIO=4&transport=polling", 200, 404],
    ["/inscriptions/websocket-servers", 200, 404],
    ["/ws", 426, 404],
  ] as const;
  for (const [path, onMain, onOwn] of rows) {
    const statuses = [
      (await get(server, path, { authorization })).status,
      (await get(operators, path, { authorization })).status,
    ];
    assertEquals(statuses, [onMain, onOwn], path);
  }
  assertEquals((await get(operators, "/admin/connections")).status, 401);
  const told = async ({ url }: { url: string }, path: string) =>
    Object.keys(await (await fetch(`${url}${path}`)).json());
  for (const path of ["/ws/health", "/healthz", "/readyz"]) {
    // Whom a miner's messages are for is no secret, and it has to know; who it is itself it knows.
    assertEquals(
      await told(server, path),
      ["status", ...path === "/ws/health" ? ["validator", "you"] : []],
      path,
    );
    assert((await told(operators, path)).length > 1, path);
  }
  const peer = await Peer.open(server.ws);
  await peer.close();
});
