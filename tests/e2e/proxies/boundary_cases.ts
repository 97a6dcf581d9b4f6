import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { startGateway } from "../../helpers/gateway.ts";
import { JobScene } from "../../helpers/job_scene.ts";
import { Peer } from "../../helpers/peer.ts";
import { Proxy } from "./proxy.ts";
import type { ProxyCases } from "./proxy_cases.ts";

/** Spellings that one server or another takes for the same path. */
const privatePaths = [
  "/admin",
  "/admin/",
  "/admin/miners",
  "/admin/miners?limit=1",
  "/%61dmin/miners",
  "/%61%64%6D%69%6e/miners",
  "//admin/miners",
  "/./admin/miners",
  "/ws/../admin/miners",
  "/ws/%2e%2e/admin/miners",
  "/ADMIN/miners",
  "/metrics",
  "/metric%73",
];

/** Hosts that say a path as well. */
const privateHosts = ["gw/admin/miners?", "gw/admin/miners#", "gw\\admin\\miners?", "gw/metrics?", "user@gw"];

/** An upgrade as a client asks for it that knows nothing of redirects. */
async function upgradeStatus(url: string): Promise<string> {
  const { hostname, port, pathname, search } = new URL(url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode(
    `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  ));
  const buffer = new Uint8Array(16_384);
  const answer = new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
  return answer.split(" ")[1] ?? "";
}

/** An instance that answers with the headers that it got. */
function startEcho(): { url: string; [Symbol.asyncDispose](): Promise<void> } {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ headers }) => Response.json(Object.fromEntries(headers)),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** What a proxy lets through and in which shape. */
export const boundaryCases: ProxyCases = (kind) => ({
  "neither the operator's API nor the metrics can be reached from outside, however the path is spelled":
    async () => {
      await using gateway = await startGateway();
      await using proxy = await Proxy.start(kind, [gateway.url]);
      const { host } = new URL(proxy.url);
      for (const path of privatePaths) {
        const answer = await proxy.sendRaw(
          `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
        );
        assertMatch(answer, /^HTTP\/1\.1 40[04]/, path);
      }
      assertEquals((await proxy.fetch("/healthz")).status, 200);
    },

  "neither can they be reached by a host that says a path": async () => {
    await using gateway = await startGateway();
    await using proxy = await Proxy.start(kind, [gateway.url]);
    for (const host of privateHosts) {
      const answer = await proxy.sendRaw(`GET /x HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      assertMatch(answer, /^HTTP\/1\.1 400/, host);
    }
  },

  "the gateway gets the client's own address and scheme, whatever the client says of them": async () => {
    await using echo = startEcho();
    await using proxy = await Proxy.start(kind, [echo.url]);
    const client = proxy.clientFrom("127.0.0.7");
    const forged = {
      "x-forwarded-for": "203.0.113.9",
      "x-forwarded-proto": "http",
      "x-forwarded-host": "forged.example",
      forwarded: "for=203.0.113.9",
    };
    const seen = await (await proxy.fetch("/api/v1/games", { client, headers: forged })).json();
    assertEquals(
      [seen["x-forwarded-for"], seen["x-forwarded-proto"], seen["x-forwarded-host"], seen["forwarded"]],
      ["127.0.0.7", "https", new URL(proxy.url).host, undefined],
    );
    assertEquals(seen["host"], new URL(proxy.url).host);
  },

  "the gateway counts and shows clients by their own address once it trusts the proxy": async () => {
    await using gateway = await startGateway({ "http.trusted_proxies": ["loopback"] });
    await using proxy = await Proxy.start(kind, [gateway.url]);
    const peer = await proxy.open("/ws/stream", proxy.clientFrom("127.0.0.7"));
    await peer.next();
    const { connections } = await gateway.admin("GET", "/admin/connections");
    assertEquals((connections as { address: string }[]).map(({ address }) => address), ["127.0.0.7"]);
    const { recommended } = await (await proxy.fetch("/inscriptions/websocket-servers")).json();
    assertEquals(recommended, proxy.url.replace("https", "wss"));
    await peer.close();
  },

  "pages are sent on to TLS, and WebSockets are served without, since their clients follow no redirect":
    async () => {
      await using gateway = await startGateway();
      await using proxy = await Proxy.start(kind, [gateway.url]);
      const page = await fetch(`${proxy.plainUrl}/api/v1/games?since=1`, { redirect: "manual" });
      await page.body?.cancel();
      const target = new URL(page.headers.get("location") ?? "");
      assertEquals([page.status, target.protocol, target.pathname], [308, "https:", "/api/v1/games"]);
      assertEquals(target.search, "?since=1");
      for (const path of ["/ws/stream", "/"]) {
        const peer = await Peer.open(`${proxy.plainUrl.replace("http", "ws")}${path}`);
        assertEquals((await peer.next()).type, "welcome");
        await peer.close();
      }
      assertEquals(await upgradeStatus(`${proxy.plainUrl}/ws`), "101");
    },

  "nothing that carries an API key is served without TLS": async () => {
    await using jobs = await JobScene.start();
    await using proxy = await Proxy.start(kind, [jobs.server.url]);
    assertEquals(await upgradeStatus(`${proxy.plainUrl}/socket.io/?EIO=4&transport=websocket`), "308");
    await assertRejects(() => Peer.open(`${proxy.plainUrl.replace("http", "ws")}/admin/x`));
  },

  "HTTP/2 is spoken with those that know it, and HTTP/1.1 with WebSockets": async () => {
    await using gateway = await startGateway();
    await using proxy = await Proxy.start(kind, [gateway.url]);
    for (const protocol of ["h2", "http/1.1"]) {
      using connection = await proxy.connect([protocol]);
      assertEquals((await connection.handshake()).alpnProtocol, protocol);
    }
  },
});
