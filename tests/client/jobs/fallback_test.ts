import { assert, assertEquals } from "@std/assert";
import { JobClient } from "../../../lib/client/mod.ts";
import { jobErrorOf, JobScene } from "./job_scene.ts";

const start = "POST /inscriptions/start-inscription";
const retrieve = "GET /inscriptions/retrieve-inscription";

Deno.test("what does not connect in time is replaced by HTTP, which starts the job once", async () => {
  using scene = new JobScene({ connectTimeout: 4000 });
  scene.server.socketMode = "hang";
  const result = scene.inscribe();
  await scene.clock.advance(3999);
  assertEquals([scene.server.count(start), scene.client.transport], [0, undefined]);
  await scene.clock.advance(1);
  await scene.asked(start);
  assertEquals(scene.client.transport, "http");
  scene.server.progress(scene.job, 30);
  await scene.clock.advance(1000);
  scene.server.complete(scene.job);
  await scene.clock.advance(1000);
  assertEquals((await result).topicId, "0.0.77");
  assertEquals(scene.percentages, [0, 30, 100]);
  const { requestId, ...asked } = scene.server.last(start) as Record<string, unknown>;
  assertEquals(typeof requestId, "string");
  assertEquals(asked, {
    mode: "file",
    network: "testnet",
    holderId: "0.0.1001",
    onlyJSONCollection: 0,
    fileBase64: "aGVsbG8=",
    fileName: "hello.txt",
    fileMimeType: "text/plain",
  });
});

Deno.test("a connection that is lost and does not come back is replaced by HTTP, which picks the job up", async () => {
  using scene = new JobScene();
  const { job, result } = await scene.begin();
  scene.server.progress(job, 30);
  scene.server.socketMode = "refuse";
  scene.server.drop();
  await scene.passUntil(() => scene.server.count(retrieve) > 0, "a look at the job");
  assertEquals(scene.server.last(retrieve), { id: "job-1" });
  scene.server.complete(job);
  await scene.passUntil(() => scene.percentages.includes(100), "the end");
  assertEquals((await result).jobId, "job-1");
  assertEquals([scene.percentages, scene.server.count(start)], [[0, 30, 100], 0]);
});

Deno.test("a connection that comes back takes the job over from HTTP", async () => {
  using scene = new JobScene();
  scene.server.socketMode = "refuse";
  const { job, result } = await scene.begin();
  scene.server.socketMode = "open";
  await scene.passUntil(() => scene.client.transport === "websocket", "a connection");
  await scene.asked("follow-inscription");
  const looks = scene.server.count(retrieve);
  await scene.clock.advance(60_000);
  assertEquals(scene.server.count(retrieve), looks);
  scene.server.complete(job);
  await result;
  assertEquals([scene.server.jobs.length, scene.server.count("start-inscription")], [1, 0]);
});

Deno.test("HTTP goes on undisturbed while attempts to connect fail", async () => {
  using scene = new JobScene();
  scene.server.socketMode = "refuse";
  scene.server.httpMode = "hang";
  const result = scene.inscribe();
  await scene.asked(start);
  await scene.passUntil(() => scene.server.attempts.length > 4, "more attempts");
  assertEquals(scene.server.count(start), 1);
  scene.server.httpMode = "open";
  await scene.passUntil(() => scene.server.jobs.length > 0, "another start");
  scene.server.complete(scene.job);
  await scene.passUntil(() => scene.percentages.includes(100), "the end");
  await result;
});

Deno.test("mode websocket: a start whose acknowledgement was lost comes again as the same request, and makes no second job", async () => {
  using scene = new JobScene({ mode: "websocket" });
  scene.server.lostAcknowledgements = 1;
  const result = scene.inscribe();
  await scene.asked("start-inscription");
  const first = scene.server.last("start-inscription");
  await scene.passUntil(() => scene.started.length > 0, "an acknowledgement");
  assertEquals(scene.server.last("start-inscription"), first);
  scene.server.complete(scene.job);
  assertEquals((await result).jobId, "job-1");
  assertEquals([scene.server.count("start-inscription"), scene.server.jobs.length], [2, 1]);
});

Deno.test("a start whose acknowledgement was lost goes by HTTP as the same request, and is followed over Socket.IO", async () => {
  using scene = new JobScene();
  scene.server.lostAcknowledgements = 9;
  const result = scene.inscribe();
  await scene.passUntil(() => scene.server.count("follow-inscription") > 0, "a following");
  assertEquals([scene.server.count("start-inscription"), scene.server.count(start)], [1, 1]);
  scene.server.complete(scene.job);
  assertEquals((await result).jobId, "job-1");
  assertEquals(scene.server.jobs.length, 1);
});

Deno.test("a start under which connections are lost again and again waits for HTTP", async () => {
  using scene = new JobScene();
  scene.server.lostAcknowledgements = 99;
  scene.server.httpMode = "refuse";
  const result = scene.inscribe();
  await scene.passUntil(() => scene.server.attempts.length === 3, "a third connection");
  assertEquals(scene.server.count("start-inscription"), 2);
  scene.server.httpMode = "open";
  await scene.passUntil(() => scene.server.count("follow-inscription") > 0, "a following");
  scene.server.complete(scene.job);
  assertEquals([(await result).jobId, scene.server.jobs.length], ["job-1", 1]);
});

Deno.test("mode websocket: a start under which connections are lost again and again ends", async () => {
  using scene = new JobScene({ mode: "websocket" });
  scene.server.lostAcknowledgements = 99;
  const error = jobErrorOf(scene.inscribe());
  await scene.passUntil(() => scene.server.count("start-inscription") === 5, "five starts");
  const { code, retry } = await error;
  assertEquals([code, retry, scene.server.jobs.length], ["no_answer", true, 1]);
});

Deno.test("mode websocket: HTTP is not used, and what cannot be reached is given up after a while", async () => {
  using scene = new JobScene({ mode: "websocket" });
  scene.server.socketMode = "refuse";
  const error = jobErrorOf(scene.inscribe());
  await scene.clock.advance(40_000);
  const { code, retry, message } = await error;
  assertEquals([code, retry, scene.server.asked.length], ["unreachable", true, 0]);
  assertEquals(message, "Cannot reach http://gateway.test over Socket.IO: websocket error");
  assertEquals(scene.clock.pending, 0);
});

Deno.test("a gateway that was there is waited for longer than one that never was", async () => {
  using scene = new JobScene();
  const { result } = await scene.begin();
  scene.server.socketMode = "refuse";
  scene.server.httpMode = "refuse";
  scene.server.drop();
  let isOver = false;
  const error = jobErrorOf(result).finally(() => isOver = true);
  await scene.clock.advance(299_000);
  assertEquals(isOver, false);
  await scene.passUntil(() => isOver, "the end of patience");
  assertEquals((await error).message, "Cannot reach http://gateway.test: connection refused");
});

Deno.test("mode http: no connection is made", async () => {
  using scene = new JobScene({ mode: "http" });
  assertEquals(scene.client.transport, "http");
  const { job, result } = await scene.begin();
  scene.server.complete(job);
  await scene.clock.advance(1000);
  await result;
  assertEquals(scene.server.attempts.length, 0);
  assertEquals(scene.clock.pending, 0);
});

Deno.test("a connection that answers nothing counts as lost, and HTTP helps out", async () => {
  using scene = new JobScene();
  scene.server.received = () => {};
  const result = scene.inscribe();
  await scene.passUntil(() => scene.server.jobs.length > 0, "a start by HTTP");
  assert(scene.server.count(start) > 0);
  scene.server.complete(scene.job);
  await scene.passUntil(() => scene.percentages.includes(100), "the end");
  assertEquals((await result).jobId, "job-1");
});

const choices = {
  "the recommended one": [{
    recommended: "ws://two.test",
    servers: [{ url: "ws://one.test", status: "active", activeJobs: 0 }],
  }, "http://two.test"],
  "the least busy of those that are active": [{
    recommended: null,
    servers: [
      { url: "ws://one.test", status: "active", activeJobs: 3 },
      { url: "ws://two.test", status: "draining", activeJobs: 0 },
      { url: "ws://three.test", status: "active", activeJobs: 1 },
    ],
  }, "http://three.test"],
  "the URL itself when none is named": [{ servers: "none" }, "http://gateway.test"],
  "the URL itself when what is named is no address": [
    { recommended: "ws://a:b@two.test" },
    "http://gateway.test",
  ],
} as const;

for (const [name, [servers, url]] of Object.entries(choices)) {
  Deno.test(`a client that is to discover instances connects to ${name}`, async () => {
    using scene = new JobScene({ discover: true });
    scene.server.servers = servers;
    await scene.begin();
    assertEquals(scene.server.attempts.map((socket) => socket.url), [url]);
  });
}

Deno.test("a key that is to travel over TLS is sent to no instance without it", async () => {
  using scene = new JobScene({ discover: true, url: "https://gateway.test" });
  scene.server.servers = {
    recommended: "ws://two.test",
    servers: [{ url: "wss://three.test", status: "active" }],
  };
  await scene.begin();
  assertEquals(scene.server.attempts.map((socket) => socket.url), ["https://three.test"]);
});

Deno.test("a client that cannot discover instances connects to the URL itself", async () => {
  using scene = new JobScene({ discover: true });
  scene.server.httpMode = "refuse";
  const result = scene.inscribe();
  await scene.passUntil(() => scene.started.length > 0, "a start");
  scene.server.complete(scene.job);
  await result;
  assertEquals(scene.server.attempts.map((socket) => socket.url), ["http://gateway.test"]);
});

Deno.test("a client is not made from what cannot be used, and tells no secret", () => {
  const faults = [
    { url: "gateway.test", apiKey: "k" },
    { url: "ftp://gateway.test", apiKey: "k" },
    { url: "http://user:topsecret@gateway.test", apiKey: "k" },
    { url: "http://gateway.test", apiKey: "" },
    { url: "http://gateway.test", apiKey: "topsecret\n" },
    { url: "http://gateway.test", apiKey: "k", connectTimeout: 0 },
    { url: "http://gateway.test", apiKey: "k", patience: NaN },
  ];
  for (const options of faults) {
    try {
      new JobClient(options);
    } catch (error) {
      assertEquals(String(error).includes("topsecret"), false);
      continue;
    }
    throw new Error(`was made from ${JSON.stringify(options)}`);
  }
});
