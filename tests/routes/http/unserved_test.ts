import { assert, assertEquals } from "@std/assert";
import { allRoutes } from "../../../routes/mod.ts";
import { startGateway, type TestGateway } from "../../helpers/gateway.ts";
import { Peer } from "../../helpers/peer.ts";

const token = "unserved-0123456789-0123456789";
const authorization = `Bearer ${token}`;

function start(): Promise<TestGateway> {
  return startGateway({ admin_token: token });
}

async function ask(server: TestGateway, method: string, path: string) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { authorization },
    redirect: "manual",
  });
  const text = await response.text();
  return { status: response.status, allow: response.headers.get("allow"), text };
}

const methods = ["GET", "POST", "PUT", "DELETE", "PATCH"];

/** Every path, with a value for each parameter, and by which methods it is served. */
function servedPaths(server: TestGateway): [path: string, served: string[]][] {
  const routes = allRoutes(server.gateway).routes.filter(({ method }) => method !== "ALL");
  const fits = (pattern: string, path: string) =>
    new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll(/:\w+/g, "[^/]+")}$`).test(path);
  // What is below /socket.io/ answers every method itself.
  const own = routes.filter(({ path }) => !path.endsWith("*"));
  const paths = new Set(own.map(({ path }) => path.replaceAll(/:\w+/g, "x")));
  return [...paths].map((path) => [
    path,
    methods.filter((method) => routes.some((route) => route.method === method && fits(route.path, path))),
  ]);
}

Deno.test("every path that serves something answers other methods with 405 and those that it takes", async () => {
  await using server = await start();
  for (const [path, served] of servedPaths(server)) {
    for (const method of methods.filter((method) => !served.includes(method))) {
      const { status, allow, text } = await ask(server, method, path);
      assertEquals([path, method, status], [path, method, 405]);
      const expected = [...served, ...(served.includes("GET") ? ["HEAD"] : [])];
      assertEquals(allow?.split(", ").sort(), expected.sort(), path);
      const { error } = JSON.parse(text);
      assertEquals(error.code, "method_not_allowed");
      assert(error.message.includes(path), error.message);
    }
  }
});

Deno.test("what nobody serves by any method is not found", async () => {
  await using server = await start();
  for (
    const path of ["/nothing", "/api/v1/nothing", "/wss", "/docs/x/y", "/inscriptions/x/y/z", "//", "/ws//"]
  ) {
    for (const method of ["GET", "POST"]) {
      const { status, allow } = await ask(server, method, path);
      assertEquals([path, method, status, allow], [path, method, 404, null]);
    }
  }
});

Deno.test("without the operators' token it is not told what they may do", async () => {
  await using server = await startGateway({ admin_token: undefined });
  for (const path of ["/admin", "/admin/miners", "/admin/games"]) {
    const { status, allow } = await ask(server, "PATCH", path);
    assertEquals([status, allow], [404, null]);
  }
});

Deno.test("a slash at the end of a path makes no difference", async () => {
  await using server = await start();
  for (
    const path of ["/docs", "/ws/health", "/healthz", "/api/v1/streams", "/admin/miners", "/admin", "/api/v1"]
  ) {
    assertEquals((await ask(server, "GET", `${path}/`)).status, 200, path);
  }
  assertEquals((await ask(server, "GET", "/ws/")).status, 426);
  for (const path of ["ws/", "ws/stream/"]) {
    const peer = await Peer.open(server.ws.replace(/ws$/, path));
    peer.send('{"type": "ping"}');
    assertEquals((await peer.next()).type, "welcome");
    await peer.close();
  }
});

Deno.test("the addresses that the banner prints say what is served there", async () => {
  await using server = await start();
  for (const [path, route] of [["/api/v1", "GET /api/v1/games"], ["/admin", "GET /admin/miners"]] as const) {
    const { status, text } = await ask(server, "GET", path);
    assertEquals(status, 200);
    const { served, documentation, openapi } = JSON.parse(text);
    assert(served.includes(route), text);
    for (const path of [documentation, openapi]) assertEquals((await ask(server, "GET", path)).status, 200);
  }
  assertEquals((await fetch(`${server.url}/admin`)).status, 401);
});
