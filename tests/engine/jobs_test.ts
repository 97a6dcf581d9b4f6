import { assertEquals, assertRejects } from "@std/assert";
import { BlobRepository, type JobRecord, JobRepository, openEngine } from "../../lib/engine/mod.ts";

function job(id: string, more: Partial<JobRecord> = {}): JobRecord {
  return {
    id,
    keyId: "key",
    requestId: null,
    status: "awaiting_payment",
    request: {
      holderId: "0.0.5",
      mode: "file",
      network: "testnet",
      creator: null,
      description: null,
      fileStandard: null,
      onlyJson: false,
    },
    file: { name: "f", mimeType: "text/plain", size: 1, hash: "h", payloadSize: 1 },
    hasMetadata: false,
    transactionId: `0.0.5@1.${id}`,
    transactionBytes: "",
    topics: [],
    messages: 0,
    maxMessages: 1,
    progress: 0,
    epoch: "e",
    offset: 1,
    attempts: 0,
    error: null,
    number: null,
    createdAt: 1000,
    endedAt: null,
    ...more,
  };
}

/** Adds a job, and answers the right to write it. */
async function add(jobs: JobRepository, record: JobRecord, owner = "1"): Promise<string> {
  const { lease } = await jobs.create(record, owner);
  if (lease === null) throw new Error("there was such a job before");
  return lease;
}

async function openIds(jobs: JobRepository): Promise<string[]> {
  return (await Array.fromAsync(jobs.open())).map(({ id, owner }) => `${id} of ${owner}`);
}

Deno.test("a job is found by its id and by its transaction, which pays for one job alone", async () => {
  using store = await openEngine(":memory:");
  const jobs = new JobRepository(store);
  await add(jobs, job("a"));
  assertEquals(await jobs.get("a"), job("a"));
  assertEquals(await jobs.ofTransaction("0.0.5@1.a"), job("a"));
  assertEquals([await jobs.get("b"), await jobs.ofTransaction("0.0.5@1.b")], [null, null]);
  await assertRejects(() => add(jobs, job("b", { transactionId: "0.0.5@1.a" })), Error, "has one already");
  assertEquals(await jobs.get("b"), null);
});

Deno.test("a key's request makes one job, however often it comes", async () => {
  using store = await openEngine(":memory:");
  const jobs = new JobRepository(store);
  const first = job("a", { requestId: "r" });
  await add(jobs, first);
  assertEquals(await jobs.create(job("b", { requestId: "r" }), "2"), { record: first, lease: null });
  assertEquals(await jobs.ofRequest("key", "r"), first);
  assertEquals([await jobs.get("b"), await jobs.ofRequest("key", "s")], [null, null]);
  await add(jobs, job("c", { keyId: "other", requestId: "r" }));
  await add(jobs, job("d"));
  await add(jobs, job("e"));
  assertEquals(await openIds(jobs), ["a of 1", "c of 1", "d of 1", "e of 1"]);
});

Deno.test("jobs are open until they fail or are completed", async () => {
  using store = await openEngine(":memory:");
  const jobs = new JobRepository(store);
  const [a, b, c] = [await add(jobs, job("a")), await add(jobs, job("b"), "2"), await add(jobs, job("c"))];
  assertEquals(await openIds(jobs), ["a of 1", "b of 2", "c of 1"]);
  await jobs.save(job("a", { progress: 7 }), a);
  assertEquals((await jobs.get("a"))?.progress, 7);
  await jobs.fail(job("b", { status: "failed" }), b);
  await jobs.complete(job("c", { status: "completed" }), c);
  assertEquals(await openIds(jobs), ["a of 1"]);
  assertEquals((await jobs.get("b"))?.status, "failed");
  assertEquals(await jobs.findOpen("b"), null);
});

Deno.test("a job that is taken up can be written by its new owner alone", async () => {
  using store = await openEngine(":memory:");
  const jobs = new JobRepository(store);
  const lost = await add(jobs, job("a"));
  await jobs.save(job("a", { progress: 7 }), lost);
  const open = (await jobs.findOpen("a")) ?? { id: "a", owner: "", createdAt: 0, lease: "" };
  assertEquals([open.owner, open.lease], ["1", lost]);
  const held = await jobs.adopt(open, "2");
  assertEquals(held?.record, job("a", { progress: 7 }));
  assertEquals(await jobs.adopt(open, "3"), null, "only one gets it");
  const late = job("a", { progress: 50, status: "completed" });
  assertEquals([
    await jobs.save(late, lost),
    await jobs.fail(late, lost),
    await jobs.complete(late, lost),
  ], [null, null, null]);
  assertEquals(await jobs.get("a"), job("a", { progress: 7 }));
  assertEquals([await openIds(jobs), await jobs.count()], [["a of 2"], 0]);
  const done = await jobs.complete(job("a", { status: "completed" }), held?.lease ?? "");
  assertEquals(done?.number, 1);
  assertEquals(await jobs.adopt({ ...open, lease: held?.lease ?? "" }, "3"), null, "it has ended");
});

Deno.test("a job whose files were taken over is not added", async () => {
  using store = await openEngine(":memory:");
  const jobs = new JobRepository(store);
  const blobs = new BlobRepository(store);
  const claims = [await blobs.open("a:file", "1"), await blobs.open("a:metadata", "1")];
  const [file] = await Array.fromAsync(blobs.claims());
  assertEquals(file, claims[0]);
  assertEquals(await blobs.seize(file ?? { id: "", owner: "", lease: "" }, "2"), true);
  await assertRejects(() => jobs.create(job("a"), "1", { claims }), Error, "its files are gone");
  assertEquals([await jobs.get("a"), await openIds(jobs)], [null, []]);
  const kept = await blobs.open("b:file", "1");
  await jobs.create(job("b"), "1", { claims: [kept] });
  assertEquals(await blobs.seize(kept, "2"), false, "whoever takes over has to look for the job again");
});

Deno.test("completed jobs are numbered without gaps, also at once, and only once", async () => {
  using store = await openEngine(":memory:");
  const jobs = new JobRepository(store);
  const ids = Array.from({ length: 15 }, (_, index) => `job ${index}`);
  const leases = new Map<string, string>();
  for (const id of ids) leases.set(id, await add(jobs, job(id)));
  const complete = (id: string) => jobs.complete(job(id, { status: "completed" }), leases.get(id) ?? "");
  const done = await Promise.all(ids.map(complete));
  const numbers = done.map((job) => job?.number ?? 0).toSorted((a, b) => a - b);
  assertEquals(numbers, ids.map((_, index) => index + 1));
  assertEquals((await complete("job 3"))?.number, done[3]?.number);
  assertEquals(await jobs.count(), 15);
  const some = await jobs.numbered([3, 99, 1, 15, 2, 4, 5, 6, 7, 8, 9, 10, 11]);
  assertEquals(some.map(({ number }) => number), [3, 1, 15, 2, 4, 5, 6, 7, 8, 9, 10, 11]);
});

Deno.test("what a topic holds is known when its job is completed", async () => {
  using store = await openEngine(":memory:");
  const jobs = new JobRepository(store);
  const content = { name: "f", mimeType: "text/plain", size: 1, hash: "h", payloadSize: 1 };
  const topics = [
    { kind: "file", topicId: "0.0.1001", messages: 1, content },
    { kind: "registry", topicId: "0.0.1002", messages: 1, content: null },
  ] as const;
  const lease = await add(jobs, job("a", { topics }));
  assertEquals(await jobs.contentOf("0.0.1001"), null);
  await jobs.complete(job("a", { topics, status: "completed" }), lease);
  assertEquals(await jobs.contentOf("0.0.1001"), content);
  assertEquals(await jobs.contentOf("0.0.1002"), null);
});

Deno.test("a holder's jobs are those of one key, newest first, by pages", async () => {
  using store = await openEngine(":memory:");
  const jobs = new JobRepository(store);
  for (let index = 0; index < 25; index += 1) {
    await add(jobs, job(`job-${String(index).padStart(2, "0")}`, { createdAt: Math.floor(index / 3) }));
  }
  await add(jobs, job("of another key", { keyId: "other" }));
  const all: string[] = [];
  for (let before: JobRecord | null = null;;) {
    const page: JobRecord[] = await jobs.ofHolder("key", "0.0.5", { limit: 4, before });
    all.push(...page.map(({ id }) => id));
    before = page.at(-1) ?? null;
    if (before === null) break;
  }
  assertEquals(all, Array.from({ length: 25 }, (_, index) => `job-${String(24 - index).padStart(2, "0")}`));
  assertEquals(await jobs.ofHolder("key", "0.0.6", { limit: 4, before: null }), []);
});

Deno.test("jobs that ended before a time are forgotten, and no others; their numbers stay taken", async () => {
  using store = await openEngine(":memory:");
  const jobs = new JobRepository(store);
  const complete = async (id: string, endedAt: number) => {
    const record = job(id, { requestId: `request ${id}` });
    const lease = await add(jobs, record);
    await jobs.complete({ ...record, status: "completed", endedAt }, lease);
  };
  await complete("old", 5000);
  await complete("young", 9000);
  await add(jobs, job("open"));
  const ended = await Array.fromAsync(jobs.endedBefore(9000));
  assertEquals(ended.map(({ id }) => id), ["old"]);
  await jobs.forget(ended);
  assertEquals([await jobs.get("old"), await jobs.ofTransaction("0.0.5@1.old")], [null, null]);
  assertEquals(await jobs.ofRequest("key", "request old"), null);
  assertEquals((await jobs.numbered([1, 2])).map(({ id }) => id), ["young"]);
  const listed = await jobs.ofHolder("key", "0.0.5", { limit: 10, before: null });
  assertEquals(listed.map(({ id }) => id).sort(), ["open", "young"]);
  assertEquals([await jobs.count(), await openIds(jobs)], [2, ["open of 1"]]);
  await complete("next", 9500);
  assertEquals((await jobs.get("next"))?.number, 3);
});

Deno.test("jobs are listed by their time, those too that an earlier program has made", async () => {
  using store = await openEngine(":memory:");
  const jobs = new JobRepository(store);
  for (const [index, id] of ["a", "b", "c", "d"].entries()) await add(jobs, job(id, { createdAt: index }));
  const ids = async (more: Partial<Parameters<JobRepository["newest"]>[0]> = {}) => {
    const page = await jobs.newest({ limit: 10, before: null, isWanted: () => true, ...more });
    return [...page.jobs.map(({ id }) => id), page.last?.id ?? null];
  };
  assertEquals(await ids(), ["d", "c", "b", "a", null]);
  assertEquals(await ids({ limit: 2 }), ["d", "c", "c"]);
  assertEquals(await ids({ before: job("c", { createdAt: 2 }) }), ["b", "a", null]);
  assertEquals(await ids({ isWanted: ({ id }) => id === "b" }), ["b", null]);
  await store.deleteAll(["jobs_by_time"]);
  assertEquals(await ids(), [null]);
  await jobs.listByTime();
  assertEquals(await ids(), ["d", "c", "b", "a", null]);
  await jobs.forget([job("b", { createdAt: 1 })]);
  assertEquals(await ids(), ["d", "c", "a", null]);
});
