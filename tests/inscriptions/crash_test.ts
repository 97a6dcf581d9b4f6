import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { Inscriptions } from "../../lib/inscriptions/mod.ts";
import type { JobEvent } from "../../lib/inscriptions/job_events.ts";
import { type Engine, Followers, openEngine } from "../../lib/engine/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { temporaryFolder } from "../engine/folder.ts";
import { bytesOf, completed, noise, present, request } from "./harness.ts";
import { type Death, mortal } from "./mortal_store.ts";

const key = "key-1";
const hour = 3600 * 1000;

function serverOn(store: Engine, clock: FakeClock): Inscriptions {
  return new Inscriptions({ store, followers: new Followers({ log: store.log, clock }), clock });
}

/** One life of a server on the file; it ends as the death says, or when all jobs have. */
async function live(
  path: string,
  life: number,
  death: Death | null,
  use: (inscriptions: Inscriptions, died: Promise<void>) => Promise<void>,
): Promise<void> {
  using engine = await openEngine(path);
  const { store, died } = death === null
    ? { store: engine, died: new Promise<void>(() => {}) }
    : mortal(engine, death);
  const clock = new FakeClock(Date.parse("2026-11-21T08:00:00Z") + life * hour);
  const inscriptions = serverOn(store, clock);
  try {
    await inscriptions.start();
    await use(inscriptions, died);
  } catch (error) {
    if (death === null) throw error;
  }
  // A life that was cut off is left as it is; what it still tries fails.
  if (death === null) await inscriptions.stop();
}

async function keysUnder(path: string, ...prefixes: string[]): Promise<number[]> {
  using store = await openEngine(path);
  const counts: number[] = [];
  for (const prefix of prefixes) {
    counts.push((await Array.fromAsync(store.list({ prefix: [prefix] }))).length);
  }
  return counts;
}

const death = fc.record({ afterWrites: fc.integer({ min: 1, max: 30 }), keepsLast: fc.boolean() });

Deno.test("a job that was cut off anywhere, any number of times, goes on to its end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(death, { minLength: 1, maxLength: 5 }), async (deaths) => {
      await using folder = await temporaryFolder();
      const path = `${folder.path}/store.db`;
      const bytes = noise(400_000);
      const body = request(bytes, { mode: "hashinal", fileStandard: 6, metadataObject: { name: "Crash" } });
      let jobId: string | undefined;
      let seen: JobEvent["data"][] = [];

      const follow = async (inscriptions: Inscriptions, died: Promise<void>) => {
        if (jobId === undefined) return;
        const { epoch = "", offset } = seen.at(-1) ?? {};
        const following = present(
          await inscriptions.follow(key, jobId, offset === undefined ? {} : { epoch, offset }),
        );
        const ended = Promise.withResolvers<void>();
        following.listen(({ type, data }) => {
          seen.push(data);
          if (type !== "progress") ended.resolve();
        });
        await Promise.race([ended.promise, died]);
        following.stop();
      };

      for (const [life, death] of deaths.entries()) {
        await live(path, life, death, async (inscriptions, died) => {
          jobId ??= (await inscriptions.inscribe(key, body)).jobId;
          await follow(inscriptions, died);
        });
      }
      await live(path, deaths.length, null, async (inscriptions) => {
        if (jobId === undefined) {
          // Nobody was told of a job; the store may know one all the same.
          seen = [];
          jobId = (await inscriptions.inscribe(key, body)).jobId;
        }
        await follow(inscriptions, new Promise(() => {}));
        const { topicId, jsonTopicId } = await completed(inscriptions, key, jobId);
        assertEquals(await bytesOf(inscriptions, topicId), bytes);
        const json = JSON.parse(new TextDecoder().decode(await bytesOf(inscriptions, present(jsonTopicId))));
        assertEquals([json.name, json.image], ["Crash", `hcs://1/${topicId}`]);
        const all = await inscriptions.holder(key, { holderId: "0.0.1234" });
        for (const { id } of all) await completed(inscriptions, key, id);
        const numbers = await inscriptions.numbers({ sort: "asc" });
        assertEquals(numbers.map((each) => each.inscription_number), all.map((_, index) => index + 1));
      });
      const progress = seen.map((data) => "progress" in data ? data.progress : 100);
      assertEquals(progress, [...progress].sort((a, b) => a - b));
      const offsets = seen.map(({ offset }) => offset);
      assertEquals(offsets, [...offsets].sort((a, b) => a - b));
      const [topics = 0, jobs = 0, pieces, open] = await keysUnder(
        path,
        "topics",
        "jobs",
        "blob_pieces",
        "open_jobs",
      );
      assertEquals([topics, pieces, open], [3 * jobs, 0, 0]);
    }),
    { numRuns: 30 },
  );
});

Deno.test("what was answered with success is on disk", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  for (let afterWrites = 1; afterWrites < 12; afterWrites += 1) {
    let answered: string | undefined;
    await live(path, afterWrites, { afterWrites, keepsLast: true }, async (inscriptions) => {
      answered = (await inscriptions.inscribe(key, request(noise(1000)))).jobId;
    });
    await live(path, afterWrites, null, async (inscriptions) => {
      if (answered !== undefined) await completed(inscriptions, key, answered);
    });
  }
  assertEquals(await keysUnder(path, "open_jobs", "blobs"), [0, 0]);
});

Deno.test("a stop lets what is under way at the ledger finish, and the next start goes on behind it", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  using store = await openEngine(path);
  const clock = new FakeClock();
  const bytes = noise(1_000_000);
  const first = serverOn(store, clock);
  await first.start();
  const { jobId } = await first.inscribe(key, request(bytes));
  const following = present(await first.follow(key, jobId));
  const begun = Promise.withResolvers<void>();
  following.listen(({ data }) => {
    if ("progress" in data && data.progress >= 30) begun.resolve();
  });
  await begun.promise;
  await first.stop();
  const before = present(await first.find(key, jobId));
  assertEquals(before.status, "processing");

  const second = serverOn(store, clock);
  await second.start();
  const now = present(await second.find(key, jobId));
  assert(now.progress >= before.progress);
  const { topicId } = await completed(second, key, jobId);
  assertEquals(topicId, before.topic_id);
  assertEquals(await bytesOf(second, topicId), bytes);
  await second.stop();
});

Deno.test("a server that is closing takes no job", async () => {
  await using folder = await temporaryFolder();
  using store = await openEngine(`${folder.path}/store.db`);
  const inscriptions = serverOn(store, new FakeClock());
  await inscriptions.start();
  await inscriptions.stop();
  const refused = await inscriptions.inscribe(key, request(noise(10))).catch((error) => error);
  assertEquals([refused.code, refused.status], ["stopping", 503]);
});
