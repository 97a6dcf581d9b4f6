import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FakeClock } from "../helpers/fake_clock.ts";
import {
  type Fields,
  httpRequest,
  JobPeer,
  JobScene,
  noise,
  socketRequest,
  ways,
} from "../helpers/job_scene.ts";
import { LogLines } from "../helpers/log_lines.ts";
import { until } from "../helpers/until.ts";

/** Milliseconds; less than between two pings, which clients cannot answer while the clock jumps. */
const paymentDelay = 10_000;

/** A scene whose jobs wait for their payment until the clock is moved. */
async function unpaid(clock: FakeClock): Promise<JobScene> {
  return await JobScene.start({ "inscriptions.payment_delay": paymentDelay / 1000 }, clock);
}

async function sessions(scene: JobScene, count: number): Promise<void> {
  await until(() => scene.server.gateway.sockets.size === count, `${count} sessions`);
}

/** Checks that a job's events came whole and in order, and answers the data of the last. */
function checkEvents(told: Awaited<ReturnType<JobPeer["toEnd"]>>, from = 0) {
  const offsets = told.map(({ data }) => Number(data["offset"]));
  assertEquals(offsets, offsets.map((_, index) => from + 1 + index));
  const progress = told.flatMap(({ data }) => "progress" in data ? [Number(data["progress"])] : []);
  assertEquals(progress, progress.toSorted((a, b) => a - b));
  const [before, last] = told.slice(-2);
  assertEquals([before?.event, before?.data["progress"]], ["inscription-progress", 99]);
  assertEquals(last?.event, "inscription-complete");
  assertEquals(before?.data["topicId"], last?.data["topicId"]);
  return last?.data ?? {};
}

for (const transports of ways) {
  Deno.test(`a job is started, followed to its end and read back over ${transports.join(" and ")}`, async () => {
    await using scene = await JobScene.start();
    using peer = await scene.connect({ transports });
    const bytes = noise(300_000);
    const { promise, resolve } = Promise.withResolvers<Fields>();
    peer.socket.emit("start-inscription", socketRequest(bytes), (answer: Fields) => {
      resolve({ ...answer, eventsBefore: peer.told.length });
    });
    const answer = await promise;
    assertEquals(answer["eventsBefore"], 0);
    const { success, jobId, tx_id, transactionBytes, status } = answer;
    assertEquals([success, status], [true, "awaiting_payment"]);
    assert(String(transactionBytes).length > 0);
    const last = checkEvents(await peer.toEnd(jobId), Number(answer["offset"]));
    assertEquals([last["tx_id"], last["completed"]], [tx_id, true]);
    assertEquals(await scene.content(last["topicId"]), bytes);
  });
}

Deno.test("one terminal event comes of each job that a socket starts, and nothing of that job after it", async () => {
  await using scene = await JobScene.start();
  using peer = await scene.connect({ transports: ["websocket"] });
  for (let count = 0; count < 20; count += 1) {
    const { jobId } = await peer.ask("start-inscription", socketRequest(noise(2000)));
    if (count % 4 === 3) await peer.ask("cancel-inscription", String(jobId));
    await peer.toEnd(jobId);
    // A refusal comes only after whatever was on the way.
    const refused = await peer.ask("start-inscription", socketRequest(noise(10), { holderId: "nobody" }));
    assertEquals(refused["success"], false);
    const told = peer.told.filter(({ data }) => data["jobId"] === jobId);
    const endings = told.filter(({ event, data }) =>
      event !== "inscription-progress" || data["status"] === "completed" || Number(data["progress"]) > 99
    );
    assertEquals(endings, told.slice(-1));
  }
});

Deno.test("a wrong key, or none, is refused as a connection error; a header will do as well", async () => {
  await using scene = await JobScene.start();
  for (
    const auth of [{}, { apiKey: "wrong" }, { apiKey: null }, { apiKey: { $ne: 1 } }, { apiKey: [scene.key] }]
  ) {
    using peer = new JobPeer(scene.server.url, auth);
    const error = await assertRejects(() => peer.connected(), Error, "Invalid API key");
    assertEquals((error as Error & { data: unknown }).data, { code: "unauthorized" });
  }
  using peer = new JobPeer(scene.server.url, {}, {
    transports: ["polling"],
    extraHeaders: { "x-api-key": scene.key },
  });
  await peer.connected();
  assertEquals((await peer.ask("start-inscription", socketRequest(noise(10))))["success"], true);
});

Deno.test("an address that tries many wrong keys is told to wait; right ones are still taken", async () => {
  const clock = new FakeClock();
  await using scene = await JobScene.start({}, clock);
  for (let index = 0; index < 20; index += 1) {
    assertEquals((await scene.call("GET", "numbers", {}, `wrong ${index}`)).status, 401);
  }
  const { status, headers, body } = await scene.call("GET", "numbers", {}, "wrong");
  assertEquals([status, headers.get("retry-after")], [429, "1"]);
  assertEquals(body["message"], "Rate limit exceeded: too many wrong API keys");
  using refused = new JobPeer(scene.server.url, { apiKey: "wrong" });
  const error = await assertRejects(() => refused.connected(), Error, "too many wrong API keys");
  assertEquals((error as Error & { data: unknown }).data, { code: "rate_limited", retryAfterMs: 1000 });
  assertEquals((await scene.call("GET", "numbers")).status, 200);
  using peer = await scene.connect();
  assert(peer.socket.connected);
});

Deno.test("a key sees, follows and cancels no job of another key", async () => {
  const clock = new FakeClock();
  await using scene = await unpaid(clock);
  const other = await scene.addKey("other");
  using mine = await scene.connect();
  using theirs = await scene.connect({}, other.key);
  const { jobId, tx_id } = await mine.ask("start-inscription", socketRequest(noise(10)));
  for (const id of [jobId, tx_id]) {
    for (const event of ["follow-inscription", "cancel-inscription", "inscription-executed"]) {
      const answer = await theirs.ask(event, { jobId: id });
      const error = `There is no inscription ${id} of this API key`;
      assertEquals(answer, { success: false, error, code: "not_found" });
    }
    assertEquals((await scene.call("GET", `retrieve-inscription?id=${id}`, {}, other.key)).status, 404);
    assertEquals((await scene.call("DELETE", `${id}`, {}, other.key)).status, 404);
  }
  const holder = await scene.call("GET", "holder-inscriptions?holderId=0.0.1234", {}, other.key);
  assertEquals(holder.body, [] as unknown);
  await clock.advance(paymentDelay);
  await mine.toEnd(jobId);
  assertEquals(theirs.told, []);
});

Deno.test("a follower that was away gets exactly what it missed, and an ended job's ending again", async () => {
  const clock = new FakeClock();
  await using scene = await unpaid(clock);
  const { body: { id } } = await scene.post(httpRequest(noise(100_000)));
  const first = await scene.connect();
  const answer = await first.ask("follow-inscription", id);
  assertEquals([answer["success"], answer["id"], answer["status"]], [true, id, "awaiting_payment"]);
  assertEquals([answer["offset"], answer["recovered"]], [1, null]);
  const { epoch } = answer;
  await first.until(({ event }) => event === "inscription-progress");
  first[Symbol.dispose]();
  await sessions(scene, 0);
  await clock.advance(paymentDelay);
  await scene.ended(id);
  using second = await scene.connect();
  const again = await second.ask("follow-inscription", { jobId: id, epoch, offset: 0 });
  assertEquals([again["success"], again["completed"]], [true, true]);
  const told = await second.toEnd(id);
  assertEquals(told.at(-1)?.event, "inscription-complete");
  using third = await scene.connect();
  await third.ask("follow-inscription", { jobId: id });
  assertEquals((await third.toEnd(id)).map(({ event }) => event), ["inscription-complete"]);
});

Deno.test("a client that was cut off in the middle and follows again from its offset misses nothing", async () => {
  await using scene = await JobScene.start();
  using first = await scene.connect({ transports: ["websocket"] });
  const { jobId, offset: startedAt } = await first.ask("start-inscription", socketRequest(noise(2_000_000)));
  const cutAt = await first.until(({ data }) => Number(data["progress"]) > 0);
  await first.cut();
  const seen = first.told.filter(({ data }) => data["jobId"] === jobId);
  const { epoch, offset } = seen.at(-1)?.data ?? {};
  assert(cutAt.data["progress"] !== 100);
  using second = await scene.connect();
  const answer = await second.ask("follow-inscription", { jobId, epoch, offset });
  assertEquals(answer["success"], true);
  const told = await second.toEnd(jobId);
  if (answer["recovered"] === true) checkEvents([...seen, ...told], Number(startedAt));
  else assertEquals(told.map(({ event }) => event), ["inscription-complete"]);
});

Deno.test("a client that was cut off is recovered, and goes on following without asking", async () => {
  const clock = new FakeClock();
  await using scene = await unpaid(clock);
  using peer = await scene.connect({ transports: ["websocket"] });
  const started = await peer.ask("start-inscription", socketRequest(noise(100_000)));
  await peer.ask("follow-inscription", { jobId: started["jobId"] });
  await peer.until(({ event }) => event === "inscription-progress");
  await peer.cut();
  await sessions(scene, 0);
  await clock.advance(paymentDelay);
  await scene.ended(started["jobId"]);
  const back = peer.connected();
  peer.socket.connect();
  await back;
  assert(peer.socket.recovered);
  const told = await peer.toEnd(started["jobId"]);
  assertEquals(told.at(-1)?.event, "inscription-complete");
});

Deno.test("what a client was sent when it was cut off comes again when it is recovered, once", async () => {
  const clock = new FakeClock();
  await using scene = await unpaid(clock);
  using peer = await scene.connect({ transports: ["websocket"] });
  const { jobId } = await peer.ask("start-inscription", socketRequest(noise(50_000)));
  await peer.ask("follow-inscription", { jobId });
  await peer.until(({ event }) => event === "inscription-progress");
  // From here on nothing reaches it.
  peer.socket.io.engine.off("data");
  await clock.advance(paymentDelay);
  await scene.ended(jobId);
  await peer.cut();
  await sessions(scene, 0);
  const back = peer.connected();
  peer.socket.connect();
  await back;
  assert(peer.socket.recovered);
  checkEvents((await peer.toEnd(jobId)).slice(1), 1);
});

Deno.test("a recovered connection needs the key that it had", async () => {
  await using scene = await JobScene.start();
  const other = await scene.addKey("other");
  using peer = await scene.connect({ transports: ["websocket"] });
  const { jobId } = await peer.ask("start-inscription", socketRequest(noise(10)));
  await peer.toEnd(jobId);
  await peer.cut();
  await sessions(scene, 0);
  peer.socket.auth = { apiKey: other.key };
  const refused = assertRejects(() => peer.connected(), Error, "Invalid API key");
  peer.socket.connect();
  await refused;
});

Deno.test("a job can be cancelled, and its followers are told", async () => {
  const clock = new FakeClock();
  await using scene = await unpaid(clock);
  using peer = await scene.connect();
  using watcher = await scene.connect({ transports: ["polling"] });
  const { jobId } = await peer.ask("start-inscription", socketRequest(noise(10)));
  await watcher.ask("follow-inscription", { jobId });
  const answer = await peer.ask("cancel-inscription", { jobId });
  assertEquals([answer["success"], answer["status"], answer["error"]], [true, "failed", "Cancelled"]);
  for (const follower of [peer, watcher]) {
    const last = (await follower.toEnd(jobId)).at(-1);
    assertEquals([last?.event, last?.data["error"]], ["inscription-error", "Cancelled"]);
  }
  assertEquals((await peer.ask("cancel-inscription", jobId))["error"], "Cancelled");
});

Deno.test("revoking a key disconnects its clients and no others, and it does not come back", async () => {
  const clock = new FakeClock();
  await using scene = await unpaid(clock);
  const other = await scene.addKey("other");
  using mine = await scene.connect();
  using polling = await scene.connect({ transports: ["polling"] });
  using theirs = await scene.connect({}, other.key);
  const { jobId } = await mine.ask("start-inscription", socketRequest(noise(10)));
  const gone = [mine.gone(), polling.gone()];
  await scene.server.admin("DELETE", `/admin/api-keys/${scene.keyId}`);
  assertEquals(await Promise.all(gone), ["io server disconnect", "io server disconnect"]);
  await assertRejects(() => scene.connect(), Error, "Invalid API key");
  assertEquals((await scene.call("GET", `retrieve-inscription?id=${jobId}`)).status, 401);
  assertEquals((await theirs.ask("start-inscription", socketRequest(noise(10))))["success"], true);
});

Deno.test("a socket follows a job only once, and a bounded number of them", async () => {
  const clock = new FakeClock();
  await using scene = await unpaid(clock);
  using peer = await scene.connect({ transports: ["websocket"] });
  const { jobId } = await peer.ask("start-inscription", socketRequest(noise(10)));
  const start = async () => (await scene.post(httpRequest(noise(10)))).body["id"];
  const ids = await Promise.all(Array.from({ length: 99 }, start));
  const answers = await Promise.all(ids.map((id) => peer.ask("follow-inscription", id)));
  assertEquals(answers.filter(({ success }) => success !== true), []);
  const { success, code, error } = await peer.ask("follow-inscription", String(ids[0]));
  assertEquals([success, code], [false, "too_many_jobs"]);
  assertStringIncludes(String(error), "at most 100 jobs");
  assertEquals((await peer.ask("cancel-inscription", String(ids[0])))["success"], true);
  await peer.toEnd(ids[0]);
  assertEquals((await peer.ask("follow-inscription", { jobId, offset: 0 }))["success"], true);
  await clock.advance(paymentDelay);
  const told = await peer.toEnd(jobId);
  assertEquals(told.filter(({ event }) => event === "inscription-complete").length, 1);
});

Deno.test("a job waits until its client says that it executed the transaction, over Socket.IO or HTTP", async () => {
  await using scene = await JobScene.start({ "inscriptions.payment": "wait" });
  using peer = await scene.connect({ transports: ["websocket"] });
  const say = (body: Fields) => scene.call("POST", "executed", { body: JSON.stringify(body) });
  const statusOf = async (id: unknown) =>
    (await scene.call("GET", `retrieve-inscription?id=${id}`)).body["status"];
  for (const way of ["Socket.IO", "HTTP"]) {
    const { jobId, tx_id } = await peer.ask("start-inscription", socketRequest(noise(10)));
    const other = { jobId, transactionId: "0.0.9@1.000000002" };
    const refusal = `Invalid request: transactionId: expected ${tx_id}, got ${other.transactionId}`;
    assertEquals((await peer.ask("inscription-executed", other))["error"], refusal);
    assertEquals([(await say(other)).status, (await say(other)).body["message"]], [400, refusal]);
    assertEquals(await statusOf(jobId), "awaiting_payment");
    const transactionId = String(tx_id).replace(/@(\d+)\./, "-$1-");
    const answers = [];
    for (const body of [{ jobId, transactionId }, { jobId }]) {
      const answer = way === "HTTP" ? (await say(body)).body : await peer.ask("inscription-executed", body);
      answers.push([answer["id"], answer["status"] === "awaiting_payment"]);
    }
    assertEquals(answers, [[jobId, false], [jobId, false]]);
    const told = await peer.toEnd(jobId);
    assertEquals(told.at(-1)?.event, "inscription-complete");
  }
  assertEquals((await say({ jobId: "none" })).status, 404);
  assertEquals((await say({})).status, 400);
});

Deno.test("a request about a job that is not there is answered without an acknowledgement too", async () => {
  await using scene = await JobScene.start();
  using peer = await scene.connect();
  for (const event of ["follow-inscription", "cancel-inscription", "inscription-executed"]) {
    const jobId = `no job for ${event}`;
    peer.socket.emit(event, { jobId });
    const { data } = await peer.until(({ data }) => data["jobId"] === jobId);
    const error = `There is no inscription ${jobId} of this API key`;
    assertEquals(data, { jobId, error, code: "not_found" });
  }
  assertEquals(peer.told.map(({ event }) => event), Array(3).fill("inscription-error"));
});

Deno.test("clients of Socket.IO 2 are turned away with one line in the log for many", async () => {
  await using scene = await JobScene.start();
  using logs = new LogLines();
  for (let count = 0; count < 5; count += 1) {
    const response = await fetch(`${scene.server.url}/socket.io/?EIO=3&transport=polling`);
    assertStringIncludes(await response.text(), "versions 3 and 4 (EIO=4) work");
  }
  const lines = logs.text.split("\n").filter((line) => line.includes("EIO=3"));
  assertEquals(lines.length, 1);
  assertStringIncludes(lines[0] ?? "", "127.0.0.1");
});

Deno.test("hostile and mistyped events are answered, and do no harm", async (test) => {
  await using scene = await JobScene.start();
  using logs = new LogLines("ERROR");
  using peer = await scene.connect({ transports: ["websocket"] });
  const good = socketRequest(noise(10));
  const file = (more: object) => ({ ...good, file: { type: "base64", base64: "AAAA", ...more } });
  const events: readonly (readonly [string, string, unknown[], string])[] = [
    ["no payload", "start-inscription", [], "invalid_request"],
    ["null", "start-inscription", [null], "invalid_request"],
    ["text", "start-inscription", ["x"], "invalid_request"],
    ["a list", "start-inscription", [[good]], "invalid_request"],
    ["bytes for base64", "start-inscription", [file({ base64: noise(8) })], "invalid_request"],
    ["rubbish for base64", "start-inscription", [file({ base64: "@@@@" })], "invalid_request"],
    ["no file", "start-inscription", [{ ...good, file: undefined }], "invalid_request"],
    ["a wrong kind of file", "start-inscription", [file({ type: "path" })], "invalid_request"],
    ["a wrong holder", "start-inscription", [{ ...good, holderId: "1; drop" }], "invalid_request"],
    ["a wrong mode", "start-inscription", [{ ...good, mode: "__proto__" }], "invalid_request"],
    ["a file over 2 MiB", "start-inscription", [socketRequest(new Uint8Array(2 ** 21 + 1))], "too_large"],
    ["a private address", "start-inscription", [
      { ...good, file: { type: "url", url: "http://127.0.0.1:1/x" } },
    ], "url_refused"],
    ["no job id", "follow-inscription", [{}], "invalid_request"],
    ["a number for a job id", "follow-inscription", [{ jobId: 1 }], "invalid_request"],
    ["a negative offset", "follow-inscription", [{ jobId: "x", offset: -1 }], "invalid_request"],
    ["a job id without end", "follow-inscription", ["x".repeat(10_000)], "invalid_request"],
    ["an unknown job", "follow-inscription", ["x"], "not_found"],
    ["an unknown event", "inscribe", [good], "invalid_request"],
    ["the name of a method", "constructor", [], "invalid_request"],
    ["error", "error", [], "invalid_request"],
    ["message", "message", [], "invalid_request"],
  ];
  for (const [what, event, payload, code] of events) {
    await test.step(what, async () => {
      const answer = await peer.ask(event, ...payload);
      assertEquals([answer["success"], answer["code"]], [false, code]);
      assertEquals(typeof answer["error"], "string");
    });
  }
  await test.step("without an acknowledgement the error is an event", async () => {
    peer.socket.emit("start-inscription", {});
    const { data } = await peer.until(({ event }) => event === "inscription-error");
    assertEquals([data["code"], "jobId" in data], ["invalid_request", false]);
  });
  await test.step("nesting without end costs the sender its connection", async () => {
    using deep = await scene.connect({ transports: ["websocket"] });
    const gone = deep.gone();
    deep.socket.io.engine.write(`42["start-inscription",${"[".repeat(50_000)}`);
    assertEquals(await gone, "transport close");
  });
  await test.step("so does a message over 3 MiB", async () => {
    using large = await scene.connect({ transports: ["websocket"] });
    const gone = large.gone();
    large.socket.emit("start-inscription", "x".repeat(3 * 2 ** 20));
    assertEquals(await gone, "transport close");
  });
  const { jobId } = await peer.ask("start-inscription", good);
  await peer.toEnd(jobId);
  assertEquals(logs.text, "");
});

Deno.test("a fault within is logged once, answered without its cause, and ends nothing", async () => {
  await using scene = await JobScene.start();
  using logs = new LogLines("ERROR");
  using peer = await scene.connect();
  const { inscriptions } = scene.server.gateway;
  const { follow } = inscriptions;
  inscriptions.follow = () => Promise.reject(new Error("the disk is gone"));
  const answer = await peer.ask("follow-inscription", "x");
  assertEquals(answer, { success: false, error: "Internal error", code: "internal_error" });
  const lines = logs.text.split("\n").filter((line) => line.includes("the disk is gone"));
  assertEquals(lines.length, 1);
  inscriptions.follow = follow;
  assertEquals((await peer.ask("follow-inscription", "x"))["code"], "not_found");
});

Deno.test("too many events are refused with the time to wait, and in the end cost the connection", async () => {
  const clock = new FakeClock();
  await using scene = await JobScene.start({ "websocket.rate_limit": 1 }, clock);
  using peer = await scene.connect({ transports: ["websocket"] });
  for (let index = 0; index < 4; index += 1) {
    assertEquals((await peer.ask("follow-inscription", "x"))["code"], "not_found");
  }
  const { success, code, retryAfterMs } = await peer.ask("follow-inscription", "x");
  assertEquals([success, code, retryAfterMs], [false, "rate_limited", 1000]);
  await clock.advance(1000);
  assertEquals((await peer.ask("follow-inscription", "x"))["code"], "not_found");
  const gone = peer.gone();
  for (let index = 0; index < 10; index += 1) peer.socket.emit("follow-inscription", "x");
  assertEquals(await gone, "transport close");
});

Deno.test("a client that leaves is forgotten, while its job goes on to its end", async () => {
  const clock = new FakeClock();
  await using scene = await unpaid(clock);
  const peer = await scene.connect();
  const { jobId } = await peer.ask("start-inscription", socketRequest(noise(10)));
  peer[Symbol.dispose]();
  await sessions(scene, 0);
  await clock.advance(paymentDelay);
  assertEquals((await scene.ended(jobId))["status"], "completed");
});

Deno.test("a drain tells clients when to come back and lets them come back by themselves", async () => {
  const clock = new FakeClock();
  await using scene = await unpaid(clock);
  using websocket = await scene.connect({ transports: ["websocket"] });
  using polling = await scene.connect({ transports: ["polling"] });
  const { jobId } = await websocket.ask("start-inscription", socketRequest(noise(10)));
  const gone = [websocket.gone(), polling.gone()];
  const draining = scene.server.gateway.drain();
  // Not "io server disconnect", after which npm's client would stay away.
  assertEquals(await Promise.all(gone), ["transport close", "transport close"]);
  for (const peer of [websocket, polling]) {
    const { data } = await peer.until(({ event }) => event === "server-closing");
    assertEquals(data["message"], "Server closing connection");
    const wait = Number(data["retryAfterMs"]);
    assert(wait >= 1000 && wait <= 61_000, String(wait));
  }
  await draining;
  await assertRejects(() => scene.connect(), Error);
  const refused = await scene.post(httpRequest(noise(10)));
  assertEquals([refused.status, (refused.body["error"] as { code: string }).code], [503, "stopping"]);
  assertEquals(refused.headers.get("retry-after"), "5");
  // What is stored can still be asked for.
  const { body } = await scene.call("GET", `retrieve-inscription?id=${jobId}`);
  assertEquals(body["status"], "awaiting_payment");
});

Deno.test("sessions over the limits find no place until others leave", async () => {
  await using scene = await JobScene.start({ "websocket.max_connections_per_address": 2 });
  const first = await scene.connect({ transports: ["websocket"] });
  using _second = await scene.connect({ transports: ["polling"] });
  await assertRejects(() => scene.connect({ transports: ["polling"] }), Error);
  first[Symbol.dispose]();
  await sessions(scene, 1);
  using third = await scene.connect({ transports: ["websocket"] });
  assert(third.socket.connected);
});

Deno.test("two hundred polling clients at once each follow their own job to its end", async () => {
  await using scene = await JobScene.start({ "websocket.rate_limit": 1000 });
  const keys = [scene.key, (await scene.addKey("b")).key, (await scene.addKey("c")).key];
  const run = async (index: number) => {
    using peer = await scene.connect({ transports: ["polling"] }, keys[index % keys.length]);
    const bytes = noise(500);
    const { success, jobId, error } = await peer.ask("start-inscription", socketRequest(bytes));
    assert(success, String(error));
    const told = await peer.toEnd(jobId);
    assertEquals(new Set(peer.told.map(({ data }) => data["jobId"])), new Set([jobId]));
    return { topicId: told.at(-1)?.data["topicId"], bytes };
  };
  const inscribed = await Promise.all(Array.from({ length: 200 }, (_, index) => run(index)));
  for (const { topicId, bytes } of inscribed) assertEquals(await scene.content(topicId), bytes);
  await sessions(scene, 0);
});

Deno.test("a session is a connection of the hub, a stranger until it shows its key, and gone once it is dropped", async () => {
  await using scene = await JobScene.start({ "websocket.max_strangers_per_address": 1 });
  const { hub } = scene.server.gateway;
  using first = await scene.connect({ transports: ["websocket"] });
  using _second = await scene.connect({ transports: ["websocket"] });
  const [connection, other] = hub.connections();
  assertEquals([connection?.family, connection?.place.standing, other?.place.standing], [
    "jobs",
    "proven",
    "proven",
  ]);
  const gone = first.gone();
  await scene.server.admin("DELETE", `/admin/connections/${connection?.id}`);
  assertEquals(await gone, "transport close");
  await until(() => hub.size <= 1, "the end of all connections but one");
  assertEquals(hub.records.find(connection?.id ?? "")?.ending?.cause, "dropped");
});
