import { assert, assertEquals, assertRejects } from "@std/assert";
import { Inscriptions } from "../../lib/inscriptions/mod.ts";
import type { InscriptionsOptions } from "../../lib/inscriptions/inscriptions.ts";
import type { JobEvent } from "../../lib/inscriptions/job_events.ts";
import { BlobRepository, type Engine, Followers, openEngine } from "../../lib/engine/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { temporaryFolder } from "../engine/folder.ts";
import { bytesOf, completed, eventsOf, follow, noise, present, request, utf8 } from "./harness.ts";
import { disturbed, type Interference } from "./ledgers.ts";
import { serve } from "./sites.ts";
import { until } from "../helpers/until.ts";

const key = "key-1";
const lookInterval = 10_000;

/** Servers that share a store in a file, and a list of those that live. */
class Town implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly living = new Set<string>();
  /** How often the next looks fail. */
  failures = 0;
  readonly #stack = new AsyncDisposableStack();

  private constructor(readonly store: Engine, readonly path: string, folder: AsyncDisposable) {
    this.#stack.use(folder);
    this.#stack.use(store);
  }

  static async make(): Promise<Town> {
    const folder = await temporaryFolder();
    const path = `${folder.path}/store.db`;
    return new Town(await openEngine(path), path, folder);
  }

  async open(
    self: string,
    disturb?: Interference,
    settings: InscriptionsOptions["settings"] = {},
  ): Promise<Inscriptions> {
    const { clock, living } = this;
    const store = this.#stack.use(await openEngine(this.path));
    const followers = new Followers({ log: store.log, clock });
    this.#stack.defer(() => followers.close());
    followers.start();
    const inscriptions = new Inscriptions({
      store,
      followers,
      clock,
      cluster: {
        self,
        living: () =>
          this.failures-- > 0
            ? Promise.reject(new Error("no store"))
            : Promise.resolve(new Set([...living, self])),
      },
      ...(disturb && { ledger: disturbed({ store, clock }, disturb) }),
      settings: { lookInterval, ...settings },
    });
    this.living.add(self);
    this.#stack.defer(() => inscriptions.stop());
    await inscriptions.start();
    return inscriptions;
  }

  /** Lets every server look for jobs, and tell of those it watches, until `done` holds. */
  async until(done: () => boolean | Promise<boolean>): Promise<void> {
    await until(done, "what is to happen", () => this.clock.advance(1000));
  }

  async keysUnder(prefix: string): Promise<number> {
    return (await Array.fromAsync(this.store.list({ prefix: [prefix] }))).length;
  }

  /** Nothing is left of any job but what it inscribed. */
  async checkEmpty(): Promise<void> {
    await this.until(async () => await this.keysUnder("blobs") === 0);
    assertEquals([await this.keysUnder("open_jobs"), await this.keysUnder("blob_pieces")], [0, 0]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** A place where a server stops, as long as a test wants it to. */
class Gate {
  readonly #reached = Promise.withResolvers<void>();
  readonly #opened = Promise.withResolvers<void>();

  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  async pass(): Promise<void> {
    this.#reached.resolve();
    await this.#opened.promise;
  }

  open(): void {
    this.#opened.resolve();
  }
}

/** A server that comes to a standstill in the middle of its first file. */
const pausedAt = (gate: Gate): Interference => ({
  async onAppend(_, length) {
    if (length > 0) await gate.pass();
  },
});

function checkOrder(events: readonly JobEvent[]): void {
  const progress = events.map(({ data }) => "progress" in data ? data.progress : 100);
  assertEquals(progress, progress.toSorted((a, b) => a - b));
  const offsets = events.map(({ data }) => data.offset);
  assertEquals(offsets, [...new Set(offsets)].toSorted((a, b) => a - b));
  assertEquals(events.filter(({ type }) => type !== "progress").length, 1);
}

Deno.test("servers on one store do each job once, and find each other's", async () => {
  await using town = await Town.make();
  const begun: string[] = [];
  const onAppend = (topicId: string, length: number) => void (length === 0 && begun.push(topicId));
  const servers = [await town.open("a", { onAppend }), await town.open("b", { onAppend })] as const;
  const files = Array.from({ length: 12 }, (_, index) => noise(1000 + 60_000 * index));
  const jobs = await Promise.all(files.map(async (bytes, index) => {
    const { jobId } = await present(servers[index % 2]).inscribe(key, request(bytes));
    return { bytes, jobId, other: present(servers[(index + 1) % 2]) };
  }));
  let ended = 0;
  const endings = jobs.map(async ({ bytes, jobId, other }) => {
    const { topicId } = await completed(other, key, jobId);
    assertEquals(await bytesOf(other, topicId), bytes);
    ended += 1;
  });
  await town.until(() => ended === jobs.length);
  await Promise.all(endings);
  assertEquals(begun.length, new Set(begun).size);
  assertEquals(begun.length, jobs.length);
  const numbers = await servers[0].numbers({ sort: "asc" });
  assertEquals(numbers.map((each) => each.inscription_number), jobs.map((_, index) => index + 1));
  await town.checkEmpty();
});

Deno.test("a job is followed from another server, with the numbers of its own", async () => {
  await using town = await Town.make();
  const gate = new Gate();
  const a = await town.open("a", pausedAt(gate));
  const b = await town.open("b");
  const { jobId, epoch, offset } = await a.inscribe(key, request(noise(600_000)));
  const own = follow(a, key, jobId, { epoch, offset });
  await gate.reached;
  const following = present(await b.follow(key, jobId));
  assertEquals([following.record.status, following.recovered], ["processing", null]);
  const told: JobEvent[] = [];
  following.listen((event) => told.push(event));
  const left = present(await b.follow(key, jobId));
  left.stop();
  assertEquals(told.map(({ data }) => data.offset), [following.offset]);
  gate.open();
  await town.until(() => told.at(-1)?.type === "complete");
  checkOrder(told);
  const events = await (await own)();
  assertEquals(told.at(-1), events.at(-1));
  // Once it has ended, nothing is looked for any more.
  await until(() => a.activeJobs === 0, "the end of all jobs");
  await until(
    () => [1, 2].includes(town.clock.pending),
    "each server's next look, which both may share, and nothing else",
  );
});

Deno.test("what a client says of its payment to one server counts for a job of another", async () => {
  await using town = await Town.make();
  const a = await town.open("a", undefined, { localPaymentDelay: Infinity });
  const b = await town.open("b", undefined, { localPaymentDelay: Infinity });
  const { jobId } = await a.inscribe(key, request(noise(1000)));
  assert(present(await b.executed(key, { jobId })).status !== "awaiting_payment");
  const ending = await follow(b, key, jobId);
  assertEquals((await ending()).at(-1)?.type, "complete");
  assertEquals(await b.executed("another-key", { jobId }), null);
});

Deno.test("a server that died is succeeded by another, which goes on where it stopped", async () => {
  await using town = await Town.make();
  const gate = new Gate();
  const lengths: number[] = [];
  const a = await town.open("a", pausedAt(gate));
  const b = await town.open("b", { onAppend: (_, length) => void lengths.push(length) });
  const bytes = noise(900_000);
  const { jobId } = await a.inscribe(
    key,
    request(bytes, { mode: "hashinal", metadataObject: { name: "M" } }),
  );
  await gate.reached;
  const own = eventsOf(a, key, jobId);
  const before = present(await b.find(key, jobId));
  const told = await follow(b, key, jobId);
  await town.clock.advance(3 * lookInterval);
  assertEquals([b.activeJobs, lengths], [0, []], "it is alive, however long it takes");

  town.living.delete("a");
  let events: readonly JobEvent[] = [];
  told().then((all) => events = all);
  await town.until(() => events.length > 0);
  checkOrder(events);
  assert((lengths[0] ?? 0) > 0, "what is on the ledger is not appended again");
  const record = present(await b.find(key, jobId));
  assertEquals([record.completed, record.topic_id], [true, before.topic_id]);
  assertEquals(await bytesOf(b, record.topic_id ?? ""), bytes);

  // The dead was only asleep.
  gate.open();
  await town.until(() => a.activeJobs === 0);
  let ownEnded: readonly JobEvent[] = [];
  own.then((events) => ownEnded = events);
  await town.until(() => ownEnded.length > 0);
  checkOrder(ownEnded);
  assertEquals(ownEnded.at(-1), events.at(-1));
  assertEquals(await a.find(key, jobId), record);
  assertEquals(await bytesOf(a, record.topic_id ?? ""), bytes);
  assertEquals((await a.numbers({})).length, 1);
  await town.checkEmpty();
});

Deno.test("a server that was taken for dead and wakes up in the middle lets go of the job", async () => {
  await using town = await Town.make();
  const [asleep, working] = [new Gate(), new Gate()];
  const a = await town.open("a", pausedAt(asleep));
  const b = await town.open("b", pausedAt(working));
  const bytes = noise(900_000);
  const { jobId } = await a.inscribe(key, request(bytes));
  await asleep.reached;
  town.living.delete("a");
  await town.until(() => b.activeJobs === 1);
  await working.reached;
  asleep.open();
  await until(() => a.activeJobs === 0, "the end of all jobs");
  assertEquals(present(await a.find(key, jobId)).status, "processing");
  town.living.add("a");
  await town.clock.advance(2 * lookInterval);
  assertEquals([a.activeJobs, b.activeJobs], [0, 1]);
  working.open();
  const { topicId } = await completed(b, key, jobId);
  assertEquals(await bytesOf(a, topicId), bytes);
  await town.checkEmpty();
});

Deno.test("whoever starts under a name has what was left under it, at once", async () => {
  await using town = await Town.make();
  const first = await town.open("a", undefined, { localPaymentDelay: 1000 });
  const other = await town.open("b");
  const bytes = noise(5000);
  const { jobId } = await first.inscribe(key, request(bytes));
  await first.stop();
  assertEquals(present(await other.find(key, jobId)).status, "awaiting_payment");
  const again = await town.open("a");
  assertEquals(again.activeJobs, 1);
  await town.clock.advance(1000);
  const { topicId } = await completed(again, key, jobId);
  assertEquals(await bytesOf(other, topicId), bytes);
});

Deno.test("two servers under one name take each other's jobs away, of which none is lost", async () => {
  await using town = await Town.make();
  const gate = new Gate();
  const first = await town.open("a", pausedAt(gate));
  const files = [noise(500_000), noise(700_000), utf8("small")];
  const jobs = await Promise.all(files.map((bytes) => first.inscribe(key, request(bytes))));
  await gate.reached;
  const second = await town.open("a");
  gate.open();
  let ended = 0;
  const endings = jobs.map(async ({ jobId }, index) => {
    const { topicId } = await completed(second, key, jobId);
    assertEquals(await bytesOf(first, topicId), files[index]);
    ended += 1;
  });
  await town.until(() => ended === jobs.length);
  await Promise.all(endings);
  assertEquals((await first.numbers({})).length, 3);
  await town.until(() => first.activeJobs + second.activeJobs === 0);
  await town.checkEmpty();
});

Deno.test("a server that is asked to stop leaves its jobs to the others", async () => {
  await using town = await Town.make();
  const gate = new Gate();
  const a = await town.open("a", pausedAt(gate));
  const b = await town.open("b");
  const bytes = noise(400_000);
  const { jobId } = await a.inscribe(key, request(bytes));
  await gate.reached;
  const stopping = a.stop();
  gate.open();
  await stopping;
  town.living.delete("a");
  await town.until(async () => present(await b.find(key, jobId)).completed);
  assertEquals(await bytesOf(b, (await completed(b, key, jobId)).topicId), bytes);
});

Deno.test("a server takes up no more jobs than it has place for, oldest first", async () => {
  await using town = await Town.make();
  const a = await town.open("a", undefined, { localPaymentDelay: 3_600_000 });
  const gate = new Gate();
  const never = { onPayment: () => gate.pass() };
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    ids.push((await a.inscribe(key, request(utf8(`${count}`)))).jobId);
    await town.clock.advance(10);
  }
  await a.stop();
  town.living.delete("a");
  const b = await town.open("b", never, { maxWaiting: 3 });
  assertEquals(b.activeJobs, 3);
  const open = await Array.fromAsync(town.store.list<{ owner: string }>({ prefix: ["open_jobs"] }));
  const mine = open.filter(({ value }) => value.owner === "b").map(({ key }) => key[1]);
  assertEquals(mine.toSorted(), ids.slice(0, 3).toSorted());
  gate.open();
  await Promise.all(ids.slice(0, 3).map((id) => completed(b, key, id)));
  await town.until(async () => await town.keysUnder("open_jobs") === 0);
});

Deno.test("a job is cancelled from another server, before its payment and in the middle", async () => {
  await using town = await Town.make();
  const gate = new Gate();
  const forever = (signal: AbortSignal) =>
    new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  let payments = 0;
  const a = await town.open("a", {
    ...pausedAt(gate),
    onPayment: async (_, signal) => void (payments++ === 0 || await forever(signal)),
  });
  const b = await town.open("b");
  const processed = await a.inscribe(key, request(noise(600_000)));
  await gate.reached;
  const unpaid = await a.inscribe(key, request(utf8("unpaid")));
  for (const { jobId } of [processed, unpaid]) {
    const own = await follow(a, key, jobId);
    const told = eventsOf(b, key, jobId);
    const cancelled = present(await b.cancel(key, jobId));
    assertEquals([cancelled.status, cancelled.error], ["failed", "Cancelled"]);
    let ended = false;
    const ending = told.then((events) => (ended = true, events.at(-1)));
    await town.until(() => ended);
    assertEquals((await ending)?.type, "error");
    gate.open();
    let events: readonly JobEvent[] = [];
    own().then((all) => events = all);
    await town.until(() => events.length > 0);
    checkOrder(events);
    assertEquals(events.at(-1), await ending);
  }
  await town.until(() => a.activeJobs === 0);
  assertEquals(await b.cancel("key-2", unpaid.jobId), null);
  assertEquals((await b.cancel(key, unpaid.jobId))?.error, "Cancelled");
  assertEquals(await b.numbers({}), []);
  await town.checkEmpty();
});

/** A site that serves a file's first half, and the other one once it may. */
function serveHalf() {
  const half = noise(300_000);
  const rest = Promise.withResolvers<void>();
  const site = serve(() =>
    new Response(ReadableStream.from((async function* () {
      yield half;
      await rest.promise;
      yield half;
    })()))
  );
  return { site, half, rest };
}

Deno.test("what a server is just taking in is not swept by another that starts", async () => {
  await using town = await Town.make();
  const { site: opened, half, rest } = serveHalf();
  await using site = opened;
  const a = await town.open("a", undefined, { allowPrivateUrls: true });
  const body = { holderId: "0.0.5", mode: "file", network: "testnet", fileURL: `${site.url}/file` };
  const starting = a.inscribe(key, body);
  await until(
    async () => site.requests.length > 0 && await town.keysUnder("blobs") > 0,
    "the file to be fetched",
  );
  const b = await town.open("b");
  await town.clock.advance(2 * lookInterval);
  rest.resolve();
  const { jobId } = await starting;
  const { topicId } = await completed(a, key, jobId);
  assertEquals(await bytesOf(b, topicId), new Uint8Array([...half, ...half]));
  await town.checkEmpty();
});

Deno.test("what a dead server was taking in is swept, and refused when it was only asleep", async () => {
  await using town = await Town.make();
  const { site: opened, rest } = serveHalf();
  await using site = opened;
  const a = await town.open("a", undefined, { allowPrivateUrls: true, lookInterval: 3_600_000 });
  const body = { holderId: "0.0.5", mode: "file", network: "testnet", fileURL: `${site.url}/file` };
  const starting = a.inscribe(key, body).catch((error) => error);
  await until(
    async () => site.requests.length > 0 && await town.keysUnder("blobs") > 0,
    "the file to be fetched",
  );
  town.living.delete("a");
  await new BlobRepository(town.store).open("crashed:metadata", "an earlier life of somebody");
  await town.open("b");
  assertEquals([await town.keysUnder("blobs"), await town.keysUnder("blob_pieces")], [0, 0]);
  rest.resolve();
  assert(await starting instanceof Error);
  assertEquals(a.activeJobs, 0);
  await town.checkEmpty();
});

Deno.test("a job of which its server heard nothing after it had written it is taken up by itself", async () => {
  await using town = await Town.make();
  const a = await town.open("a");
  const gate = new Gate();
  const other = await town.open("other", { onPayment: () => gate.pass() });
  const { jobId } = await other.inscribe(key, request(utf8("unheard")));
  const open = present(await town.store.get<object>(["open_jobs", jobId]));
  await town.store.set(["open_jobs", jobId], { ...open, owner: "a" });
  const ending = eventsOf(other, key, jobId);
  let last: JobEvent | undefined;
  ending.then((events) => last = events.at(-1));
  gate.open();
  await town.until(() => last !== undefined);
  assertEquals(last?.type, "complete");
  assertEquals((await a.numbers({})).length, 1);
});

Deno.test("API keys that are made or revoked at one server are so at the others", async () => {
  await using town = await Town.make();
  const [a, b] = [await town.open("a"), await town.open("b")];
  const { id, key } = await a.keys.create("made at a");
  assertEquals(a.keys.verify(key)?.id, id);
  await town.until(() => b.keys.verify(key) !== null);
  const revoked: string[] = [];
  b.keys.onRevoked((id) => revoked.push(id));
  await b.keys.create("made at b");
  assertEquals(await a.keys.revoke(id), true);
  await town.until(() => revoked.length > 0);
  assertEquals([b.keys.verify(key), revoked], [null, [id]]);
  await town.until(() => a.keys.nameOf(id) === null);
  const listed = await a.keys.list();
  assertEquals([listed.length, await b.keys.list()], [1, listed]);
});

Deno.test("a look that fails is followed by another, and at the start by an error", async () => {
  await using town = await Town.make();
  const a = await town.open("a", undefined, { localPaymentDelay: 100_000 });
  const b = await town.open("b", undefined, { localPaymentDelay: 100_000 });
  const { jobId } = await a.inscribe(key, request(utf8("a look")));
  await a.stop();
  town.living.delete("a");
  town.failures = 2;
  await town.until(() => town.failures === 0);
  assertEquals(b.activeJobs, 0);
  await town.until(() => b.activeJobs === 1);
  assertEquals(present(await b.cancel(key, jobId)).status, "failed");
  town.failures = 1;
  await assertRejects(() => town.open("c"), Error, "no store");
});
