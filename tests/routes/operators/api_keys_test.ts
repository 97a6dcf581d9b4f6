import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { adminToken } from "../../helpers/gateway.ts";
import { JobScene } from "../../helpers/job_scene.ts";

async function raw(scene: JobScene, method: string, path: string, body?: string, token = adminToken) {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${scene.server.url}/admin/api-keys${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

Deno.test("an API key is shown once, listed without itself, and works until it is revoked", async () => {
  await using scene = await JobScene.start();
  const created = await raw(scene, "POST", "", '{"name": "Käthe\'s press"}');
  assertEquals([created.status, created.headers.get("cache-control")], [201, "no-store"]);
  const { id, name, key } = created.body;
  assertEquals([Object.keys(created.body), name], [["id", "name", "key"], "Käthe's press"]);
  const { body: { api_keys: listed } } = await raw(scene, "GET", "");
  assertEquals(listed.map((entry: object) => Object.keys(entry)), [
    ["id", "name", "created_at", "last_used_at"],
    ["id", "name", "created_at", "last_used_at"],
  ]);
  assertEquals(listed[1].id, id);
  assert(!JSON.stringify(listed).includes(key));
  assertEquals((await scene.call("GET", "numbers", {}, key)).status, 200);
  const revoked = await raw(scene, "DELETE", `/${id}`);
  assertEquals([revoked.status, revoked.body], [200, { id, revoked: true }]);
  const refused = await scene.call("GET", "numbers", {}, key);
  assertEquals(refused.body, {
    message: "Invalid API key",
    error: { code: "unauthorized", message: "Invalid API key" },
  });
  assertEquals(refused.status, 401);
  assertEquals((await raw(scene, "DELETE", `/${id}`)).status, 404);
});

Deno.test("API keys are made by the operator alone, with a name that can be read", async (test) => {
  await using scene = await JobScene.start();
  assertEquals((await raw(scene, "POST", "", '{"name": "x"}', "wrong")).status, 401);
  const bodies: readonly (readonly [string, string, string])[] = [
    ["nothing", "", "JSON"],
    ["no JSON", "{", "JSON"],
    ["no object", "[]", "object"],
    ["no name", "{}", "name"],
    ["a number", '{"name": 1}', "name"],
    ["blanks", '{"name": "  "}', "name"],
    ["a control character", '{"name": "a\\u0000b"}', "name"],
    ["101 characters", JSON.stringify({ name: "x".repeat(101) }), "name"],
    ["too large a body", JSON.stringify({ name: "x".repeat(20_000) }), "larger than"],
  ];
  for (const [what, text, said] of bodies) {
    await test.step(what, async () => {
      const { status, body } = await raw(scene, "POST", "", text);
      assertEquals(status, said === "larger than" ? 413 : 400);
      assertStringIncludes(body.error.message, said);
    });
  }
  assertEquals((await raw(scene, "GET", "")).body.api_keys.length, 1);
});
