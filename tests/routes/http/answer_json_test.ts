import { assertEquals } from "@std/assert";
import { adminToken, startGateway } from "../../helpers/gateway.ts";

Deno.test("JSON answers end with a line break, so that a shell's prompt stands behind none", async () => {
  await using gateway = await startGateway();
  const headers = { authorization: `Bearer ${adminToken}` };
  const paths = [
    "/ws/health",
    "/healthz",
    "/readyz",
    "/nothing",
    "/api/v1/streams",
    "/admin/miners",
    "/admin/predictions",
  ];
  for (const path of [...paths, "/api/v1/streams/nonsense", "/api/v1/streams/peers?since=0"]) {
    const text = await (await fetch(`${gateway.url}${path}`, { headers })).text();
    assertEquals([path, text.slice(-2)], [path, "}\n"]);
  }
});
