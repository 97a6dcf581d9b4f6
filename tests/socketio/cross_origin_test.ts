import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { EngineService } from "./engine_service.ts";
import { FrameClient } from "./frame_client.ts";
import { ask, PollingClient } from "./polling_client.ts";
import { rawUpgrade } from "./raw_upgrade.ts";

const page = "https://page.example";
const handshake = "/socket.io/?EIO=4&transport=polling";

function allowed(headers: Headers): (string | null)[] {
  return [headers.get("access-control-allow-origin"), headers.get("access-control-allow-credentials")];
}

Deno.test("every page may connect, without credentials", async () => {
  await using service = new EngineService();
  const headers = { origin: page };
  const opened = await ask(service.origin + handshake, { headers });
  assertEquals([opened.status, ...allowed(opened.headers)], [200, "*", null]);
  const client = await PollingClient.open(service.origin);
  assertEquals(allowed((await client.post("4x", headers)).headers), ["*", null]);
  assertEquals(allowed((await ask(client.url, { headers })).headers), ["*", null]);
});

Deno.test("errors are readable for the page that asked", async () => {
  await using service = new EngineService();
  const { status, headers } = await ask(`${service.origin}${handshake}&sid=x`, { headers: { origin: page } });
  assertEquals([status, ...allowed(headers)], [400, "*", null]);
});

Deno.test("once origins are listed, those may connect with credentials, and others not at all", async () => {
  await using service = new EngineService({ origins: [page] });
  const listed = await ask(service.origin + handshake, { headers: { origin: page } });
  assertEquals([listed.status, ...allowed(listed.headers)], [200, page, "true"]);
  assertStringIncludes(listed.headers.get("vary") ?? "", "Origin");
  const other = await ask(service.origin + handshake, { headers: { origin: "https://other.example" } });
  assertEquals([other.status, other.body], [403, '{"code":4,"message":"Forbidden"}']);
  assertEquals(allowed(other.headers), [null, null]);
  const none = await ask(service.origin + handshake);
  assertEquals([none.status, none.headers.get("vary"), ...allowed(none.headers)], [
    200,
    "Origin",
    null,
    null,
  ]);
});

Deno.test("a preflight is answered without opening anything", async () => {
  await using service = new EngineService({ origins: [page] });
  const headers = { origin: page, "access-control-request-headers": "content-type,x-token" };
  const answer = await ask(service.origin + handshake, { method: "OPTIONS", headers });
  assertEquals([answer.status, ...allowed(answer.headers)], [204, page, "true"]);
  assertEquals(answer.headers.get("access-control-allow-methods"), "GET,POST");
  assertEquals(answer.headers.get("access-control-allow-headers"), "content-type,x-token");
  assertEquals(service.engine.clientsCount, 0);
});

Deno.test("a WebSocket of a page that is not listed is refused", async () => {
  await using service = new EngineService({ origins: [page] });
  const url = `${service.origin}/socket.io/?EIO=4&transport=websocket`;
  await assertRejects(() => rawUpgrade(url, { origin: "https://other.example" }));
  const connection = await rawUpgrade(url, { origin: page });
  connection.close();
  const { client } = await FrameClient.open(service.origin);
  await client.close();
});
