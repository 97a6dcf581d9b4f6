import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { settle } from "../helpers/fake_clock.ts";
import { completed, eventsOf, noise, openDesk, present, request, utf8 } from "./harness.ts";
import { down } from "./ledgers.ts";
import { until } from "../helpers/until.ts";

const key = "key-1";
const small = () => request(utf8("a small file"));

Deno.test("a job of another key is as if it did not exist", async () => {
  await using desk = await openDesk();
  const { inscriptions } = desk;
  const { jobId, tx_id } = await inscriptions.inscribe(key, small());
  await completed(inscriptions, key, jobId);
  for (const id of [jobId, tx_id, tx_id.replace("@", "-").replace(/\.(\d{9})$/, "-$1")]) {
    assertEquals((await inscriptions.find(key, id))?.id, jobId);
    assertEquals(await inscriptions.find("key-2", id), null);
    assertEquals(await inscriptions.follow("key-2", id), null);
    assertEquals(await inscriptions.cancel("key-2", id), null);
  }
  assertEquals(await inscriptions.holder("key-2", { holderId: "0.0.1234" }), []);
  const before = await inscriptions.holder("key-2", { holderId: "0.0.1234", before: jobId }).catch((e) => e);
  assertEquals(before.code, "invalid_request");
  for (const id of ["", "nonsense", "0.0.1-2-3", "0.0.1@2.3", "__proto__"]) {
    assertEquals(await inscriptions.find(key, id), null);
  }
});

Deno.test("no more jobs are processed at once than the setting says, and keys take turns", async () => {
  const gate = Promise.withResolvers<void>();
  const processed: string[] = [];
  let running = 0;
  let most = 0;
  await using desk = await openDesk({
    settings: { concurrency: 2 },
    disturb: {
      async onAppend(topicId) {
        running += 1;
        most = Math.max(most, running);
        processed.push(topicId);
        await gate.promise;
        await settle();
        running -= 1;
      },
    },
  });
  const { inscriptions } = desk;
  const ids: [string, string][] = [];
  for (const owner of ["busy", "busy", "busy", "busy", "quiet"]) {
    ids.push([owner, (await inscriptions.inscribe(owner, small())).jobId]);
  }
  assertEquals(inscriptions.activeJobs, 5);
  await until(() => processed.length >= 2, "two jobs to be processed");
  await settle();
  assertEquals(processed.length, 2);
  const [quiet = "", quietId = ""] = ids.at(-1) ?? [];
  const statusOf = async () => present(await inscriptions.find(quiet, quietId)).status;
  await until(async () => await statusOf() !== "awaiting_payment", "the payment of all jobs");
  assertEquals([await statusOf(), processed.length], ["queued", 2]);
  gate.resolve();
  const order: string[] = [];
  await Promise.all(ids.map(async ([owner, id]) => {
    await completed(inscriptions, owner, id);
    order.push(owner);
  }));
  assertEquals(most, 2);
  assert(order.indexOf("quiet") < 4, "a key with one job does not wait for all of another's");
});

Deno.test("a ledger that fails is tried again with growing delays, from where it stands", async () => {
  let failures = 3;
  const lengths: number[] = [];
  await using desk = await openDesk({
    settings: { lookInterval: 3_600_000 },
    disturb: {
      onAppend(_, length) {
        lengths.push(length);
        if (length > 0 && failures > 0) {
          failures -= 1;
          throw down();
        }
      },
    },
  });
  const { inscriptions, clock } = desk;
  const { jobId } = await inscriptions.inscribe(key, request(noise(400_000)));
  const delays: number[] = [];
  let ending: string | undefined;
  eventsOf(inscriptions, key, jobId).then((events) => ending = events.at(-1)?.type);
  while (ending === undefined) {
    await settle();
    // The payment's deadline has gone by then: what waits, besides the next look, is the next attempt.
    const delay = clock.untilNext;
    if (delay === undefined || delay > 60_000) continue;
    delays.push(delay);
    await clock.advance(delay);
  }
  assertEquals(ending, "complete");
  assertEquals(delays, [1000, 2000, 4000]);
  assertEquals(lengths.filter((length) => length === 0).length, 1, "the beginning is appended once");
});

Deno.test("a job whose ledger fails again and again fails, and says why", async () => {
  await using desk = await openDesk({
    settings: { maxAttempts: 3, retryDelay: 0 },
    disturb: {
      onAppend() {
        throw down();
      },
    },
  });
  const { inscriptions } = desk;
  const { jobId } = await inscriptions.inscribe(key, small());
  const ending = (await eventsOf(inscriptions, key, jobId)).at(-1);
  assertEquals(ending?.type, "error");
  const record = present(await inscriptions.find(key, jobId));
  assertEquals([record.status, record.completed, record.error], ["failed", false, "The ledger is down"]);
  assertEquals(await inscriptions.numbers({}), []);
  assertEquals(await inscriptions.content(record.topic_id ?? ""), null);
});

Deno.test("what is no use to try again is not, and what goes on within is not told", async () => {
  let attempts = 0;
  let error: Error = down(false);
  await using desk = await openDesk({
    settings: { maxAttempts: 2, retryDelay: 0 },
    disturb: {
      onAppend() {
        attempts += 1;
        throw error;
      },
    },
  });
  const { inscriptions } = desk;
  const first = await inscriptions.inscribe(key, small());
  await eventsOf(inscriptions, key, first.jobId);
  assertEquals(attempts, 1);
  error = new Error("secret of the house");
  const second = await inscriptions.inscribe(key, small());
  const ending = (await eventsOf(inscriptions, key, second.jobId)).at(-1);
  assertEquals(ending?.type === "error" && ending.data.error, "Internal error");
  assertEquals(attempts, 3);
});

Deno.test("a ledger that cannot prepare refuses the request and leaves nothing behind", async () => {
  await using desk = await openDesk({
    disturb: {
      onPrepare() {
        throw down();
      },
    },
  });
  const keys = async () => (await Array.fromAsync(desk.store.list({ prefix: [] }))).map(({ key }) => key);
  const before = await keys();
  const refused = await desk.inscriptions.inscribe(key, small()).catch((error) => error);
  assertEquals([refused.code, refused.status], ["ledger_unavailable", 503]);
  assertEquals(desk.inscriptions.activeJobs, 0);
  assertEquals(await keys(), before);
});

Deno.test("a job is cancelled while it waits for its payment, and while it is processed", async () => {
  const gate = Promise.withResolvers<void>();
  let appends = 0;
  await using desk = await openDesk({
    settings: { localPaymentDelay: 0 },
    disturb: {
      onPayment: (_, signal) =>
        appends > 0
          ? new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
          : Promise.resolve(),
      async onAppend() {
        appends += 1;
        await gate.promise;
      },
    },
  });
  const { inscriptions } = desk;
  const processed = await inscriptions.inscribe(key, request(noise(400_000)));
  await until(() => appends > 0, "the ledger to be asked");
  const unpaid = await inscriptions.inscribe(key, small());

  const ending = eventsOf(inscriptions, key, unpaid.jobId);
  const cancelled = present(await inscriptions.cancel(key, unpaid.jobId));
  assertEquals([cancelled.status, cancelled.error], ["failed", "Cancelled"]);
  assertEquals((await ending).at(-1)?.type, "error");

  const cancelling = inscriptions.cancel(key, processed.jobId);
  await settle();
  gate.resolve();
  assertEquals(present(await cancelling).error, "Cancelled");
  assertEquals(appends, 1, "nothing is appended any more");
  assertEquals(await inscriptions.cancel(key, unpaid.jobId), cancelled);
});

Deno.test("a job that ended stays as it is when it is cancelled", async () => {
  await using desk = await openDesk();
  const { jobId } = await desk.inscriptions.inscribe(key, small());
  await completed(desk.inscriptions, key, jobId);
  assertEquals((await desk.inscriptions.cancel(key, jobId))?.status, "completed");
});

Deno.test("a job that nobody pays fails in the end", async () => {
  await using desk = await openDesk({ settings: { localPaymentDelay: 10_000, paymentTimeout: 5000 } });
  const { jobId } = await desk.inscriptions.inscribe(key, small());
  const ending = eventsOf(desk.inscriptions, key, jobId);
  await desk.clock.advance(5000);
  const last = (await ending).at(-1);
  assertStringIncludes(last?.type === "error" ? last.data.error : "", "not executed in time");
});

Deno.test("jobs that have not ended are bounded for each key and in all", async () => {
  await using desk = await openDesk({
    settings: { localPaymentDelay: 1000, maxWaitingPerKey: 2, maxWaiting: 3 },
  });
  const { inscriptions, clock } = desk;
  const jobs = [await inscriptions.inscribe(key, small()), await inscriptions.inscribe(key, small())];
  const third = await inscriptions.inscribe(key, small()).catch((error) => error);
  assertEquals([third.code, third.status, third.retryAfterMs], ["too_many_jobs", 429, 5000]);
  assertStringIncludes(third.message, "at most 2 at once for one key");
  await inscriptions.inscribe("key-2", small());
  const fourth = await inscriptions.inscribe("key-3", small()).catch((error) => error);
  assertStringIncludes(fourth.message, "at most 3 at once");
  const endings = jobs.map(({ jobId }) => eventsOf(inscriptions, key, jobId));
  await clock.advance(1001);
  await Promise.all(endings);
  await until(() => inscriptions.activeJobs === 0, "the end of all jobs");
  await inscriptions.inscribe(key, small());
});

Deno.test("a request that is refused takes nobody's place", async () => {
  await using desk = await openDesk({ settings: { maxWaitingPerKey: 1 } });
  for (let count = 0; count < 3; count += 1) {
    const refused = await desk.inscriptions.inscribe(key, {}).catch((error) => error);
    assertEquals(refused.code, "invalid_request");
  }
  await desk.inscriptions.inscribe(key, small());
});
