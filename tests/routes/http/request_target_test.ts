import { assertEquals } from "@std/assert";
import { Authority, noOpenssl } from "../../helpers/certificates.ts";
import { adminToken, startGateway } from "../../helpers/gateway.ts";
import { TemporaryFolder } from "../../helpers/process.ts";
import { rawStatus } from "../../helpers/raw_client.ts";
import { rawHttp2Status } from "../../helpers/raw_http2.ts";
import { testWith } from "../../helpers/programs.ts";

/** Hosts that would change the path, or that are none. */
const badHosts = [
  "gw/admin/miners?",
  "gw/admin/miners#",
  "gw?",
  "gw#",
  "user@gw",
  "user:word@gw",
  "gw\\admin\\miners?",
  "gw\t/admin/miners?",
  "gw /admin/miners?",
  "gw:80/admin/miners?",
  "gw:8a",
  "gw:99999",
  "gw:",
  ":80",
  "[::1",
  "[::1]x",
  "[/]",
  "gw%2fadmin",
  "gw,other",
  "1.2.3.4.5",
  "g\u00fc",
  "",
];

const goodHosts = [
  "gw",
  "my_gateway:1",
  "gw.example.org.",
  "127.0.0.1:10401",
  "[::1]:65535",
  "GW.Example.ORG",
];

const authorization = `Authorization: Bearer ${adminToken}\r\n`;

function get(target: string, host: string | null, version = "1.1"): string {
  const line = host === null ? "" : `Host: ${host}\r\n`;
  return `GET ${target} HTTP/${version}\r\n${line}${authorization}\r\n`;
}

Deno.test("a host that is none is refused on every port, whatever is asked for", async () => {
  await using server = await startGateway({ "admin.port": 0 });
  for (const url of [server.url, server.adminUrl]) {
    for (const host of badHosts) {
      for (const path of ["/x", "/healthz"]) assertEquals(await rawStatus(url, get(path, host)), 400, host);
    }
    for (const host of goodHosts) assertEquals(await rawStatus(url, get("/healthz", host)), 200, host);
    assertEquals(await rawStatus(url, get("/healthz", null, "1.0")), 200);
  }
});

Deno.test("a target with a host of its own is routed by its path, and must name the same host", async () => {
  await using server = await startGateway();
  const rows: [target: string, host: string | null, status: number][] = [
    ["http://gw/healthz", "gw", 200],
    ["http://GW/healthz?/admin/miners", "gw", 200],
    ["http://gw/admin/miners", "gw", 200],
    ["http://gw/admin/miners", "other", 400],
    ["http://other/x", "gw/admin/miners?", 400],
    ["http://gw:99999/x", null, 400],
    ["http://user@gw/admin/miners", "gw", 400],
    ["http://user@gw/admin/miners", "user@gw", 400],
    ["ftp://gw/healthz", "gw", 400],
  ];
  for (const [target, host, status] of rows) {
    assertEquals(await rawStatus(server.url, get(target, host)), status, `${target} at ${host}`);
  }
});

Deno.test("a path is what was written: nothing in it is decoded or resolved", async () => {
  await using server = await startGateway();
  const paths = [
    "/%61dmin/miners",
    "/admin%2fminers",
    "/x/../admin/miners",
    "/x/%2e%2e/admin/miners",
    "/x\\..\\admin/miners",
    "//admin/miners",
    "/./admin/miners",
    "/ADMIN/miners",
    "/metric%73",
    "/x%zz/../../admin/miners",
  ];
  for (const path of paths) assertEquals(await rawStatus(server.url, get(path, "gw")), 404, path);
  assertEquals(await rawStatus(server.url, get("/admin/miners", "gw")), 200);
  const name = await rawStatus(server.url, get("/api/v1/streams/network%5Fmetrics", "gw"));
  assertEquals(name, 200);
});

type Fields = [string, string][];

/** Requests over HTTP/2, and what they are answered with. */
const overHttp2: [string, Fields, number | "refused"][] = [
  ["an authority", [[":authority", "gw:1"], [":path", "/healthz"]], 200],
  ["a host in place of it", [[":path", "/healthz"], ["host", "gw"]], 200],
  ["a path in the authority", [[":authority", "gw/admin/miners?"], [":path", "/x"]], "refused"],
  ["a user in the authority", [[":authority", "user@gw"], [":path", "/healthz"]], 400],
  ["a port that is none", [[":authority", "gw:99999"], [":path", "/healthz"]], 400],
  ["a path in the host", [[":path", "/x"], ["host", "gw/admin/miners?"]], 400],
  ["a path in the host beside it", [[":authority", "gw"], [":path", "/healthz"], ["host", "gw/admin?"]], 400],
  ["another host beside it", [[":authority", "gw"], [":path", "/healthz"], ["host", "other"]], 400],
];

async function testHttp2(connect: () => Promise<Deno.Conn>, scheme: string): Promise<void> {
  for (const [what, fields, status] of overHttp2) {
    using connection = await connect();
    const told = await rawHttp2Status(connection, [[":method", "GET"], [":scheme", scheme], ...fields]);
    assertEquals(told, status, what);
  }
}

Deno.test("over HTTP/2 without TLS the same hosts are refused", async () => {
  await using server = await startGateway();
  const { hostname, port } = new URL(server.url);
  await testHttp2(() => Deno.connect({ hostname, port: Number(port) }), "http");
});

testWith(noOpenssl, "over HTTP/2 with TLS the same hosts are refused", async () => {
  await using folder = await TemporaryFolder.make();
  const authority = await Authority.make(folder.path, "authority");
  await authority.issue();
  const tls = { "tls.cert": `${folder.path}/cert.pem`, "tls.key": `${folder.path}/key.pem` };
  await using server = await startGateway(tls);
  const { hostname, port } = new URL(server.url);
  const options = { hostname, port: Number(port), caCerts: [authority.pem], alpnProtocols: ["h2"] };
  await testHttp2(() => Deno.connectTls(options), "https");
});
