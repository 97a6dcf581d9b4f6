import { assert, assertEquals, assertRejects } from "@std/assert";
import { jobErrorOf, JobScene, request } from "./job_scene.ts";

const progressed = "inscription-progress";

Deno.test("a job is started once over Socket.IO, and its progress comes up to the result", async () => {
  using scene = new JobScene();
  const { job, result } = await scene.begin();
  scene.server.progress(job, 40);
  scene.server.complete(job);
  assertEquals(await result, {
    jobId: "job-1",
    transactionId: "0.0.5@1.2",
    topicId: "0.0.77",
    jsonTopicId: undefined,
    registryTopicId: undefined,
    inscriptionNumber: undefined,
  });
  assertEquals(scene.percentages, [0, 40, 100]);
  assertEquals(scene.started.map(({ jobId }) => jobId), ["job-1"]);
  assertEquals(scene.client.transport, "websocket");
  const { requestId, ...asked } = scene.server.last("start-inscription") as Record<string, unknown>;
  assert(typeof requestId === "string" && requestId.length === 36);
  assertEquals(asked, {
    file: { type: "base64", base64: "aGVsbG8=", fileName: "hello.txt", mimeType: "text/plain" },
    holderId: "0.0.1001",
    mode: "file",
    network: "testnet",
    onlyJSONCollection: false,
  });
});

Deno.test("what comes in one turn with the acknowledgement of a start is not missed", async () => {
  using scene = new JobScene();
  scene.server.completesAtOnce = true;
  assertEquals((await scene.inscribe()).jobId, "job-1");
});

Deno.test("the key goes with the handshake, WebSocket is tried first and polling after it", async () => {
  using scene = new JobScene({ url: "wss://gateway.test:8443/base/?token=x" });
  await scene.begin();
  const [{ url, options }] = scene.server.attempts as [typeof scene.server.attempts[0]];
  assertEquals(url, "https://gateway.test:8443");
  const { path, auth, transports, tryAllTransports, reconnection } = options;
  assertEquals([path, auth.apiKey], ["/base/socket.io/", scene.server.apiKey]);
  assertEquals([transports, tryAllTransports, reconnection], [["websocket", "polling"], true, false]);
});

Deno.test("after a reconnect a job is followed from the last event on, and progress never falls", async () => {
  using scene = new JobScene();
  const { job, result } = await scene.begin();
  scene.server.progress(job, 60);
  scene.server.drop();
  await scene.clock.advance(1000);
  await scene.asked("follow-inscription");
  assertEquals(scene.server.last("follow-inscription"), { jobId: "job-1", epoch: "e", offset: 2 });
  const older = { jobId: "job-1", status: "queued", progress: 20, messages: 20, maxMessages: 100 };
  scene.server.tell(job, progressed, older);
  scene.server.progress(job, 70);
  scene.server.complete(job);
  await result;
  assertEquals(scene.percentages, [0, 60, 70, 100]);
  assertEquals(scene.seen.map(({ status }) => status).includes("queued"), false);
  // A connection that was of use is replaced without help.
  assertEquals(scene.server.asked.map(({ what }) => what), ["start-inscription", "follow-inscription"]);
  assertEquals(scene.server.jobs.length, 1);
});

Deno.test("attempts to connect wait longer and longer, and as long as a closing server asks for", async () => {
  using scene = new JobScene({ mode: "websocket", random: () => 1 });
  await scene.begin();
  scene.server.socketMode = "refuse";
  for (const socket of [...scene.server.sockets]) socket.fire("server-closing", { retryAfterMs: 7000 });
  scene.server.drop("io server disconnect");
  const waits: number[] = [];
  for (let attempts = 2; attempts < 6; attempts++) {
    const from = scene.clock.now();
    await scene.passUntil(() => scene.server.attempts.length === attempts, "an attempt", 250);
    waits.push(scene.clock.now() - from);
  }
  assertEquals(waits, [7000, 4000, 8000, 16_000]);
});

Deno.test("a connection that has held for a while is replaced as fast as the first time", async () => {
  using scene = new JobScene({ mode: "websocket", random: () => 1 });
  await scene.begin();
  const reconnect = async () => {
    const [from, attempts] = [scene.clock.now(), scene.server.attempts.length];
    scene.server.drop();
    await scene.passUntil(() => scene.server.attempts.length > attempts, "an attempt", 250);
    return scene.clock.now() - from;
  };
  assertEquals([await reconnect(), await reconnect(), await reconnect()], [2000, 4000, 8000]);
  await scene.clock.advance(30_000);
  assertEquals(await reconnect(), 2000);
});

Deno.test("events of other jobs, and what is no event, change nothing", async () => {
  using scene = new JobScene();
  const { job, result } = await scene.begin();
  for (const value of [undefined, null, 7, "x", [], {}, { jobId: "job-2", progress: 50 }, { jobId: 1 }]) {
    for (const name of [progressed, "inscription-complete", "inscription-error"]) {
      scene.server.tell(job, name, value as Record<string, unknown>);
    }
  }
  scene.server.tell(job, progressed, { jobId: "job-1", progress: "all", status: {}, messages: -1 });
  scene.server.complete(job);
  await result;
  assertEquals(scene.percentages, [0, 0, 100]);
  assertEquals(scene.seen[1]?.status, "processing");
});

Deno.test("several jobs share one connection, and each gets its own news", async () => {
  using scene = new JobScene();
  const results = [scene.inscribe(), scene.inscribe()];
  await scene.asked("start-inscription", 2);
  for (const job of [...scene.server.jobs].reverse()) scene.server.complete(job);
  assertEquals((await Promise.all(results)).map(({ jobId }) => jobId), ["job-1", "job-2"]);
  assertEquals(scene.server.attempts.length, 1);
});

Deno.test("a job that was started before is followed, also when it has ended", async () => {
  using scene = new JobScene();
  const { job, result } = await scene.begin();
  scene.server.complete(job);
  await result;
  assertEquals((await scene.follow("job-1")).topicId, "0.0.77");
  assertEquals((await jobErrorOf(scene.follow("job-9"))).code, "not_found");
});

Deno.test("a wrong key ends at once, without a second attempt and without HTTP", async () => {
  using scene = new JobScene({ apiKey: "secret-but-wrong" });
  const error = await jobErrorOf(scene.inscribe());
  assertEquals([error.code, error.retry, error.message], ["unauthorized", false, "Invalid API key"]);
  await scene.clock.advance(600_000);
  assertEquals([scene.server.attempts.length, scene.server.asked.length], [1, 0]);
});

Deno.test("a key that is revoked meanwhile ends the waiting at the next connection", async () => {
  using scene = new JobScene();
  const { result } = await scene.begin();
  const connecting = scene.server.connecting.bind(scene.server);
  scene.server.connecting = (socket) => {
    socket.fire("connect_error", Object.assign(new Error("no"), { data: { code: "unauthorized" } }));
    scene.server.connecting = connecting;
  };
  scene.server.drop("io server disconnect");
  await scene.clock.advance(1000);
  assertEquals((await jobErrorOf(result)).code, "unauthorized");
});

Deno.test("a refusal ends with the server's message and code", async () => {
  using scene = new JobScene();
  scene.server.refusals.push({
    error: "Cannot inscribe file: type x/y is not supported",
    code: "unsupported_type",
  });
  const error = await jobErrorOf(scene.inscribe());
  assertEquals([error.code, error.retry], ["unsupported_type", false]);
  assertEquals(error.message, "Cannot inscribe file: type x/y is not supported");
});

Deno.test("a refusal that may be over soon is waited out for as long as the server says", async () => {
  using scene = new JobScene();
  scene.server.refusals.push({ error: "Too many", code: "too_many_jobs", retryAfterMs: 5000 });
  const result = scene.inscribe();
  await scene.asked("start-inscription");
  await scene.clock.advance(4999);
  assertEquals(scene.server.count("start-inscription"), 1);
  await scene.clock.advance(1);
  await scene.asked("start-inscription", 2);
  scene.server.complete(scene.job);
  await result;
});

Deno.test("a job that fails rejects with what the server says of it", async () => {
  using scene = new JobScene();
  const { job, result } = await scene.begin();
  scene.server.fail(job, "The ledger is full");
  const error = await jobErrorOf(result);
  assertEquals([error.code, error.message, error.retry], ["job_failed", "The ledger is full", false]);
});

Deno.test("a signal ends the waiting and not the job", async () => {
  using scene = new JobScene();
  const controller = new AbortController();
  const { job, result } = await scene.begin({ signal: controller.signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => result, Error, "enough");
  scene.server.progress(job, 50);
  assertEquals(scene.percentages, [0]);
  assertEquals([job.status, scene.server.count("cancel-inscription")], ["processing", 0]);
  await assertRejects(() => scene.inscribe({ signal: controller.signal }), Error, "enough");
  assertEquals(scene.server.jobs.length, 1);
});

Deno.test("a listener's fault ends the waiting with it", async () => {
  using scene = new JobScene();
  const onProgress = () => {
    throw new Error("cannot draw");
  };
  const { job, result } = await scene.begin({ onProgress });
  scene.server.progress(job, 50);
  await assertRejects(() => result, Error, "cannot draw");
});

Deno.test("a closed client says so to those who wait, connects no more and leaves no timer", async () => {
  const scene = new JobScene();
  const { result } = await scene.begin();
  scene.client.close();
  assertEquals((await jobErrorOf(result)).code, "closed");
  assertEquals((await jobErrorOf(scene.inscribe())).code, "closed");
  assertEquals([scene.server.sockets.size, scene.clock.pending], [0, 0]);
});

Deno.test("a lost connection is not replaced while nothing is waited for, but for the next job", async () => {
  using scene = new JobScene();
  const { job, result } = await scene.begin();
  scene.server.complete(job);
  await result;
  scene.server.drop();
  await scene.clock.advance(600_000);
  assertEquals([scene.server.attempts.length, scene.clock.pending], [1, 0]);
  const next = scene.inscribe();
  await scene.asked("start-inscription", 2);
  scene.server.jobs.slice(1).forEach((job) => scene.server.complete(job));
  assertEquals((await next).jobId, "job-2");
});

Deno.test("a job is paid for once, with the server's transaction", async () => {
  const paid: unknown[] = [];
  using scene = new JobScene({ pay: (...payment) => Promise.resolve(paid.push(payment)) });
  const { job, result } = await scene.begin();
  scene.server.drop();
  await scene.clock.advance(1000);
  scene.server.complete(job);
  await result;
  assertEquals(paid, [["AQ==", "job-1"]]);
});

Deno.test("a payment that fails ends the waiting", async () => {
  using scene = new JobScene({ pay: () => Promise.reject(new Error("no funds")) });
  const error = await jobErrorOf(scene.inscribe());
  assertEquals([error.code, error.message], ["payment_failed", "Cannot pay for job job-1: no funds"]);
});

Deno.test("a file that is too large or empty is refused before anything is sent", async () => {
  using scene = new JobScene();
  const sized = (size: number) => ({ ...request, file: { bytes: new Uint8Array(size), name: "big.bin" } });
  const large = await jobErrorOf(scene.inscribe({}, sized(2 * 1024 * 1024 + 1)));
  assertEquals([large.code, large.retry], ["too_large", false]);
  assertEquals((await jobErrorOf(scene.inscribe({}, sized(0)))).code, "invalid_request");
  const metadataObject = { text: "x".repeat(300_000) };
  assertEquals((await jobErrorOf(scene.inscribe({}, { ...request, metadataObject }))).code, "too_large");
  assertEquals(scene.server.attempts.length, 0);
});
