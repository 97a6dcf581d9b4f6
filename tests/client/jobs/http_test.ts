import { assertEquals, assertStringIncludes } from "@std/assert";
import { refuse } from "./fake_job_server.ts";
import { jobErrorOf, JobScene, request } from "./job_scene.ts";

const start = "POST /inscriptions/start-inscription";
const retrieve = "GET /inscriptions/retrieve-inscription";

Deno.test("looks at a job that stands still come less and less often, and often again when it moves", async () => {
  using scene = new JobScene({ mode: "http", random: () => 1 });
  const { job } = await scene.begin();
  await scene.asked(retrieve);
  const waits: number[] = [];
  const look = async () => {
    const [from, looks] = [scene.clock.now(), scene.server.count(retrieve)];
    await scene.passUntil(() => scene.server.count(retrieve) > looks, "a look", 100);
    waits.push(scene.clock.now() - from);
  };
  for (let count = 0; count < 6; count++) await look();
  assertEquals(waits, [1000, 2000, 4000, 8000, 10_000, 10_000]);
  scene.server.progress(job, 50);
  for (let count = 0; count < 2; count++) await look();
  assertEquals(waits.slice(-2), [10_000, 1000]);
});

for (const [status, code] of [[429, "too_many_jobs"], [503, "stopping"]] as const) {
  Deno.test(`a start that is answered ${status} is made again when the server says`, async () => {
    using scene = new JobScene({ mode: "http" });
    scene.server.responses.push(() => refuse(status, code, { "retry-after": "7" }));
    const result = scene.inscribe();
    await scene.asked(start);
    await scene.clock.advance(6999);
    assertEquals(scene.server.count(start), 1);
    await scene.clock.advance(1);
    await scene.asked(start, 2);
    scene.server.complete(scene.job);
    await scene.clock.advance(1000);
    assertEquals((await result).jobId, "job-1");
  });
}

Deno.test("a gateway that has enough jobs is there, and is waited for without end", async () => {
  using scene = new JobScene({ mode: "http", firstPatience: 5000, patience: 5000 });
  const full = () => refuse(429, "too_many_jobs", { "retry-after": "1" });
  scene.server.responses.push(...Array.from({ length: 30 }, () => full));
  const result = scene.inscribe();
  await scene.passUntil(() => scene.server.jobs.length > 0, "a start");
  scene.server.complete(scene.job);
  await scene.clock.advance(1000);
  assertEquals((await result).jobId, "job-1");
});

const endings = [
  {
    name: "401",
    response: () => refuse(401, "unauthorized"),
    code: "unauthorized",
    message: "Invalid API key",
  },
  { name: "403 of a proxy", response: () => new Response("<html>", { status: 403 }), code: "unauthorized" },
  { name: "413", response: () => refuse(413, "too_large"), code: "too_large", message: "refused: too_large" },
  { name: "404 of another server", response: () => new Response("nope", { status: 404 }), code: "not_found" },
  {
    name: "418",
    response: () => new Response("", { status: 418 }),
    code: "http_418",
    message: "HTTP status 418",
  },
];

for (const { name, response, code, message } of endings) {
  Deno.test(`a start that is answered ${name} ends at once`, async () => {
    using scene = new JobScene({ mode: "http" });
    scene.server.responses.push(response);
    const error = await jobErrorOf(scene.inscribe());
    assertEquals([error.code, error.retry], [code, false]);
    if (message !== undefined) assertEquals(error.message, message);
    await scene.clock.advance(60_000);
    assertEquals(scene.server.asked.length, 1);
  });
}

Deno.test("answers that are none, and bad gateways, are tried again until patience ends", async () => {
  using scene = new JobScene({ mode: "http" });
  const answers = [
    () => new Response("<html>welcome to the hotel</html>"),
    () => Response.json({ hello: "world" }),
    () => new Response("bad gateway", { status: 502 }),
  ];
  for (let round = 0; round < 9; round++) scene.server.responses.push(...answers);
  const error = jobErrorOf(scene.inscribe());
  await scene.clock.advance(60_000);
  const { code, retry } = await error;
  assertEquals([retry, ["unreachable", "unreadable", "http_502"].includes(code)], [true, true]);
});

Deno.test("a request without an answer is given up after its time, and made again", async () => {
  using scene = new JobScene({ mode: "http" });
  scene.server.httpMode = "hang";
  const result = scene.inscribe();
  await scene.asked(start);
  scene.server.httpMode = "open";
  await scene.clock.advance(29_999);
  assertEquals(scene.server.count(start), 1);
  await scene.clock.advance(2001);
  await scene.asked(start, 2);
  scene.server.complete(scene.job);
  await scene.clock.advance(1000);
  await result;
});

Deno.test("a file that the server fetches may take minutes until its start is answered", async () => {
  using scene = new JobScene({ mode: "http" });
  scene.server.httpMode = "hang";
  const file = { url: "https://files.example/a.png" };
  const result = scene.inscribe({}, { ...request, file });
  await scene.asked(start);
  await scene.clock.advance(599_000);
  assertEquals(scene.server.count(start), 1);
  assertEquals((scene.server.last(start) as Record<string, unknown>)["fileURL"], file.url);
  scene.client.close();
  assertEquals((await jobErrorOf(result)).code, "closed");
});

Deno.test("a job that failed rejects, and one of another key is not found", async () => {
  using scene = new JobScene({ mode: "http" });
  const { job, result } = await scene.begin();
  scene.server.fail(job, "The ledger is full");
  const error = jobErrorOf(result);
  await scene.clock.advance(1000);
  assertEquals([(await error).code, (await error).message], ["job_failed", "The ledger is full"]);
  assertEquals((await jobErrorOf(scene.follow("job-9"))).code, "not_found");
});

Deno.test("a job is found, cancelled and not found by whatever connection", async () => {
  using scene = new JobScene();
  await scene.begin();
  assertEquals((await scene.client.find("job-1"))?.status, "awaiting_payment");
  const { status, error } = await scene.client.cancel("job-1") ?? {};
  assertEquals([status, error], ["failed", "Cancelled"]);
  assertEquals([await scene.client.find("job-9"), await scene.client.cancel("job-9")], [null, null]);
  scene.server.responses.push(() => Response.json([]));
  assertEquals((await jobErrorOf(scene.client.find("job-1"))).code, "unreadable");
});

Deno.test("the instances that take jobs are listed, without what is none", async () => {
  using scene = new JobScene();
  const server = { url: "ws://one.test", region: "eu", status: "active", priority: 1, activeJobs: 2 };
  scene.server.servers = { servers: [server, null, { url: 7 }], recommended: "ws://one.test" };
  assertEquals(await scene.client.servers(), { servers: [server], recommended: "ws://one.test" });
});

Deno.test("no error tells the API key", async () => {
  const scene = new JobScene({ mode: "http", apiKey: "topsecret" });
  using _ = scene;
  const errors = [await jobErrorOf(scene.inscribe())];
  scene.server.responses.push(() => refuse(400, "invalid_request"));
  errors.push(await jobErrorOf(scene.inscribe()));
  scene.server.httpMode = "refuse";
  errors.push(await jobErrorOf(scene.client.servers()));
  for (const error of errors) assertEquals(Deno.inspect(error).includes("topsecret"), false);
  assertStringIncludes(errors[2]?.message ?? "", "Cannot reach http://gateway.test: connection refused");
});
