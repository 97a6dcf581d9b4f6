import { assert, assertEquals } from "@std/assert";
import { adminToken } from "../../helpers/gateway.ts";
import { type Fields, httpRequest, JobScene, noise } from "../../helpers/job_scene.ts";
import { untilThere } from "../../helpers/until.ts";

const inscribed = async (scene: JobScene, name: string, key = scene.key) => {
  const { body } = await scene.post(httpRequest(noise(100), { fileName: name }), key);
  return String(body["id"]);
};

const list = async (scene: JobScene, query = "") => {
  const answer = await scene.server.admin("GET", `/admin/jobs${query}`);
  return answer as { jobs: Fields[]; next: string | null; open: Fields };
};

const names = ({ jobs }: { jobs: Fields[] }) => jobs.map(({ name }) => name);

/** The list once so many of its jobs stand so. */
const settled = (scene: JobScene, status: string, count: number) =>
  untilThere(async () => {
    const { jobs } = await list(scene, `?status=${status}`);
    return jobs.length === count ? jobs : undefined;
  }, `${count} ${status} jobs`);

Deno.test("operators see the jobs of all keys, newest first, page by page, by status and by key", async () => {
  await using scene = await JobScene.start();
  const other = await scene.addKey("second");
  for (const [index, key] of [scene.key, other.key, scene.key].entries()) {
    await inscribed(scene, "abc".charAt(index), key);
    await settled(scene, "completed", index + 1);
  }
  const all = await list(scene);
  assertEquals([names(all), all.next, all.open], [
    ["c", "b", "a"],
    null,
    { awaiting_payment: 0, queued: 0, processing: 0 },
  ]);
  const [job] = all.jobs;
  assertEquals([job?.["progress"], job?.["server"], job?.["attempts"], job?.["key"]], [
    100,
    null,
    0,
    { id: scene.keyId, name: "first" },
  ]);
  assertEquals(names(await list(scene, `?key=${other.id}`)), ["b"]);
  assertEquals(names(await list(scene, "?status=open")), []);
  const first = await list(scene, "?limit=2");
  assertEquals([names(first), first.next !== null], [["c", "b"], true]);
  assertEquals(names(await list(scene, `?limit=2&before=${first.next}`)), ["a"]);
  const one = await scene.server.admin("GET", `/admin/jobs/${job?.["id"]}`);
  assertEquals(one["name"], "c");
});

Deno.test("an operator ends a job of any key, and its client is told that it failed", async () => {
  await using scene = await JobScene.start({ "inscriptions.payment_delay": 60 });
  const peer = await scene.connect();
  const id = await inscribed(scene, "waits");
  const [open] = await settled(scene, "open", 1);
  assertEquals([open?.["status"], open?.["server"]], [
    "awaiting_payment",
    scene.server.gateway.jobs.instances.self,
  ]);
  const ended = await scene.server.admin("DELETE", `/admin/jobs/${id}`);
  assertEquals([ended["status"], ended["error"], ended["server"]], ["failed", "Cancelled", null]);
  assertEquals((await scene.ended(id))["error"], "Cancelled");
  assertEquals((await scene.server.admin("DELETE", `/admin/jobs/${id}`))["status"], "failed");
  peer.socket.close();
});

Deno.test("what is asked for of jobs is checked", async () => {
  await using scene = await JobScene.start();
  const ask = async (method: string, path: string) => {
    const headers = { authorization: `Bearer ${adminToken}` };
    const answer = await fetch(`${scene.server.url}/admin/jobs${path}`, { method, headers });
    await answer.body?.cancel();
    return answer.status;
  };
  for (const query of ["?limit=0", "?limit=101", "?status=lost", "?before=nobody"]) {
    assertEquals(await ask("GET", query), 400, query);
  }
  assertEquals([await ask("GET", "/nobody"), await ask("DELETE", "/nobody")], [404, 404]);
});

Deno.test("a key says when it was last used, and those that were revoked are remembered", async () => {
  await using scene = await JobScene.start();
  const { id } = await scene.addKey("unused");
  const keys = async () => await scene.server.admin("GET", "/admin/api-keys") as Record<string, Fields[]>;
  assertEquals((await keys())["api_keys"]?.map((key) => key["last_used_at"]), [null, null]);
  assertEquals((await scene.call("GET", "numbers")).status, 200);
  const [used, unused] = (await keys())["api_keys"] ?? [];
  assert(Math.abs(Date.parse(String(used?.["last_used_at"])) - scene.clock.now()) < 60_000);
  assertEquals(unused?.["last_used_at"], null);
  await scene.server.admin("DELETE", `/admin/api-keys/${id}`);
  const { api_keys, revoked } = await keys();
  assertEquals(api_keys?.length, 1);
  assertEquals(revoked?.map(({ id, name }) => [id, name]), [[id, "unused"]]);
});
