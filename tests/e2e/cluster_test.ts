import { assertEquals } from "@std/assert";
import { type Fields, httpRequest, noise } from "../helpers/job_scene.ts";
import { ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { untilThere } from "../helpers/until.ts";

async function call(server: ServerProcess, key: string, path: string, body?: object): Promise<Fields> {
  const response = await fetch(`${server.url}/inscriptions/${path}`, {
    headers: { "x-api-key": key },
    ...(body && { method: "POST", body: JSON.stringify(body) }),
  });
  if (!response.ok) {
    const said = server.stderr.all.slice(-20).join("\n");
    throw new Error(`${path}: ${response.status} ${await response.text()}\n${said}`);
  }
  return await response.json();
}

Deno.test("two servers on one file share their jobs, and one that was killed finds its own again", async () => {
  await using folder = await TemporaryFolder.make();
  const surroundings = { cwd: folder.path };
  // Asked as fast as it answers, for as long as the jobs take.
  const flags = ["--inscriptions.payment_delay=0", "--websocket.rate_limit=100000"];
  const first = await ServerProcess.start(surroundings, flags);
  const key = String((await first.admin("POST", "/admin/api-keys", { name: "press" }))["key"]);
  await using second = await ServerProcess.start(surroundings, flags);
  const files = Array.from({ length: 12 }, (_, index) => noise(100_000 + 100_000 * index));
  const jobs = await Promise.all(files.map(async (bytes, index) => {
    const { id } = await call(index % 2 === 0 ? first : second, key, "start-inscription", httpRequest(bytes));
    return { id, bytes };
  }));
  await first.end("SIGKILL");
  await using again = await ServerProcess.start(surroundings, flags);
  const numbers = await Promise.all(jobs.map(async ({ id, bytes }, index) => {
    const server = index % 3 === 0 ? second : again;
    const done = await untilThere(async () => {
      const job = await call(server, key, `retrieve-inscription?id=${id}`);
      assertEquals([job["id"], job["error"]], [id, undefined]);
      return job["completed"] === true ? job : undefined;
    }, `the end of job ${id}`);
    const content = await fetch(`${server.url}/inscriptions/content/${done["topic_id"]}`);
    assertEquals(await content.bytes(), bytes);
    return Number(done["inscription_number"]);
  }));
  assertEquals(numbers.toSorted((a, b) => a - b), jobs.map((_, index) => index + 1));
});
