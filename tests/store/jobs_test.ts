import { assertEquals, assertRejects } from "@std/assert";
import { type JobRecord, JobRepository, openDatabase } from "../../lib/store/mod.ts";

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

Deno.test("a job is found by its id and by its transaction, which pays for one job alone", async () => {
  using database = await openDatabase(":memory:");
  const jobs = new JobRepository(database);
  await jobs.create(job("a"));
  assertEquals(await jobs.get("a"), job("a"));
  assertEquals(await jobs.ofTransaction("0.0.5@1.a"), job("a"));
  assertEquals([await jobs.get("b"), await jobs.ofTransaction("0.0.5@1.b")], [null, null]);
  await assertRejects(() => jobs.create(job("b", { transactionId: "0.0.5@1.a" })), Error, "has one already");
  assertEquals(await jobs.get("b"), null);
});

Deno.test("a key's request makes one job, however often it comes", async () => {
  using database = await openDatabase(":memory:");
  const jobs = new JobRepository(database);
  const first = job("a", { requestId: "r" });
  assertEquals(await jobs.create(first), first);
  assertEquals(await jobs.create(job("b", { requestId: "r" })), first);
  assertEquals(await jobs.ofRequest("key", "r"), first);
  assertEquals([await jobs.get("b"), await jobs.ofRequest("key", "s")], [null, null]);
  assertEquals((await jobs.create(job("c", { keyId: "other", requestId: "r" }))).id, "c");
  assertEquals((await jobs.create(job("d"))).id, "d");
  assertEquals((await jobs.create(job("e"))).id, "e");
});

Deno.test("jobs are open until they fail or are completed, oldest first", async () => {
  using database = await openDatabase(":memory:");
  const jobs = new JobRepository(database);
  const open = async () => (await jobs.open()).map(({ id }) => id);
  await jobs.create(job("b", { createdAt: 1 }));
  await jobs.create(job("a", { createdAt: 2 }));
  await jobs.create(job("c", { createdAt: 3 }));
  assertEquals(await open(), ["b", "a", "c"]);
  await jobs.save(job("a", { createdAt: 2, progress: 7 }));
  assertEquals((await jobs.open())[1]?.progress, 7);
  await jobs.fail(job("b", { status: "failed" }));
  await jobs.complete(job("c", { status: "completed" }));
  assertEquals(await open(), ["a"]);
  assertEquals((await jobs.get("b"))?.status, "failed");
});

Deno.test("completed jobs are numbered without gaps, also at once, and only once", async () => {
  using database = await openDatabase(":memory:");
  const jobs = new JobRepository(database);
  const ids = Array.from({ length: 15 }, (_, index) => `job ${index}`);
  for (const id of ids) await jobs.create(job(id));
  const done = await Promise.all(ids.map((id) => jobs.complete(job(id, { status: "completed" }))));
  const numbers = done.map(({ number }) => number ?? 0).toSorted((a, b) => a - b);
  assertEquals(numbers, ids.map((_, index) => index + 1));
  const again = await jobs.complete(job("job 3", { status: "completed" }));
  assertEquals(again.number, done[3]?.number);
  assertEquals(await jobs.count(), 15);
  const some = await jobs.numbered([3, 99, 1, 15, 2, 4, 5, 6, 7, 8, 9, 10, 11]);
  assertEquals(some.map(({ number }) => number), [3, 1, 15, 2, 4, 5, 6, 7, 8, 9, 10, 11]);
});

Deno.test("what a topic holds is known when its job is completed", async () => {
  using database = await openDatabase(":memory:");
  const jobs = new JobRepository(database);
  const content = { name: "f", mimeType: "text/plain", size: 1, hash: "h", payloadSize: 1 };
  const topics = [
    { kind: "file", topicId: "0.0.1001", messages: 1, content },
    { kind: "registry", topicId: "0.0.1002", messages: 1, content: null },
  ] as const;
  await jobs.create(job("a", { topics }));
  assertEquals(await jobs.contentOf("0.0.1001"), null);
  await jobs.complete(job("a", { topics, status: "completed" }));
  assertEquals(await jobs.contentOf("0.0.1001"), content);
  assertEquals(await jobs.contentOf("0.0.1002"), null);
});

Deno.test("a holder's jobs are those of one key, newest first, by pages", async () => {
  using database = await openDatabase(":memory:");
  const jobs = new JobRepository(database);
  for (let index = 0; index < 25; index += 1) {
    await jobs.create(job(`job-${String(index).padStart(2, "0")}`, { createdAt: Math.floor(index / 3) }));
  }
  await jobs.create(job("of another key", { keyId: "other" }));
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
