import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import {
  CryptoPool,
  type CryptoPoolOptions,
  cryptoReady,
  keypairFromSeed,
  randomSeed,
  verifySignature,
} from "../../lib/crypto/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { until } from "../helpers/until.ts";

await cryptoReady();
const keypair = keypairFromSeed(randomSeed());
const { address, seed } = keypair;
const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);

/** Keeps what it is sent, and answers when told to. */
class SilentWorker extends EventTarget implements Worker {
  readonly batches: unknown[][] = [];
  answered = 0;
  terminated = false;
  onerror: Worker["onerror"] = null;
  onmessage: Worker["onmessage"] = null;
  onmessageerror: Worker["onmessageerror"] = null;

  postMessage(message: unknown): void {
    if (Array.isArray(message)) this.batches.push(message);
  }

  answer(outcomes: unknown[]): void {
    this.answered++;
    this.onmessage?.call(this, new MessageEvent("message", { data: outcomes }));
  }

  terminate(): void {
    this.terminated = true;
  }
}

/** Answers what a worker has not answered yet. */
function answerAll(worker: SilentWorker): void {
  for (const batch of worker.batches.slice(worker.answered)) worker.answer(batch.map(() => true));
}

function silentPool(
  workers: number,
  options: Pick<CryptoPoolOptions, "seed" | "clock"> = {},
): { pool: CryptoPool; started: SilentWorker[] } {
  const started: SilentWorker[] = [];
  const startWorker = () => {
    const worker = new SilentWorker();
    started.push(worker);
    return worker;
  };
  return { pool: new CryptoPool({ workers, startWorker, ...options }), started };
}

const sizes = (workers: SilentWorker[]) => workers.map(({ batches }) => batches.map(({ length }) => length));

function verifyMany(pool: CryptoPool, count: number): Promise<boolean[]> {
  return Promise.all(numbers(count).map((number) => pool.verify(`text ${number}`, "", "")));
}

Deno.test("CryptoPool.verify() gives each of many callers its own answer", async () => {
  using pool = new CryptoPool({ workers: 2 });
  const signature = keypair.sign("genuine");
  const answers = await Promise.all(
    numbers(100).map((number) => pool.verify(number % 3 === 0 ? "genuine" : "forged", signature, address)),
  );
  assertEquals(answers, numbers(100).map((number) => number % 3 === 0));
  assertEquals(pool.pending, 0);
});

Deno.test("CryptoPool.verify() is false for anything malformed", async () => {
  using pool = new CryptoPool({ workers: 1 });
  assertEquals(await pool.verify("text", "no hex", address), false);
  assertEquals(await pool.verify("text", keypair.sign("text"), "nobody"), false);
  assertEquals(await pool.verify("text", keypair.sign("<Bytes>text</Bytes>"), address), true);
});

Deno.test("CryptoPool.sign() signs with the seed of the pool", async () => {
  using pool = new CryptoPool({ workers: 2, seed });
  const signatures = await Promise.all(numbers(20).map((number) => pool.sign(`text ${number}`)));
  for (const [number, signature] of signatures.entries()) {
    assertMatch(signature, /^[0-9a-f]{128}$/);
    assert(verifySignature(`text ${number}`, signature, address));
  }
});

Deno.test("CryptoPool.sign() rejects without a seed", async () => {
  const { pool, started } = silentPool(1);
  await assertRejects(() => pool.sign("text"), Error, "Cannot sign: the pool was given no seed");
  assertEquals(sizes(started), [[]]);
  pool.close();
});

Deno.test("a pool with a clock does a single job itself, and its workers what comes together or meanwhile", async () => {
  const clock = new FakeClock();
  const { pool, started } = silentPool(1, { seed, clock });
  const [first, second] = [pool.verify("genuine", keypair.sign("genuine"), address), pool.sign("text")];
  assertEquals([await first, pool.pending], [true, 1]);
  await clock.advance(1);
  const third = pool.verify("forged", keypair.sign("genuine"), address);
  await Promise.resolve();
  assertEquals(pool.pending, 2);
  const [worker] = started;
  worker?.answer(["a worker's"]);
  worker?.answer([true]);
  assertEquals(await Promise.all([second, third]), ["a worker's", true]);
  await clock.advance(1);
  assert(verifySignature("text", await pool.sign("text"), address));
  await clock.advance(1);
  assertEquals(await pool.verify("forged", keypair.sign("genuine"), address), false);
  assertEquals(sizes(started), [[1, 1]]);
  pool.close();
});

Deno.test("a pool with a clock leaves long texts to its workers, and does nothing once it is closed", async () => {
  const { pool, started } = silentPool(1, { seed, clock: new FakeClock() });
  const long = pool.sign("x".repeat(20_000));
  await Promise.resolve();
  assertEquals(sizes(started), [[1]]);
  started[0]?.answer(["a worker's"]);
  assertEquals(await long, "a worker's");
  pool.close();
  await assertRejects(() => pool.sign("text"), Error, "closed");
});

Deno.test("a pool that is asked for nothing starts one worker at once, and the others by itself", async () => {
  const { pool, started } = silentPool(2);
  assertEquals(sizes(started), [[]]);
  await until(() => started.length === 2, "the workers to start");
  assertEquals(sizes(started), [[], []]);
  pool.close();
});

Deno.test("a pool starts no more workers for its first jobs than there is work for", async () => {
  const { pool, started } = silentPool(3);
  const first = verifyMany(pool, 1);
  await Promise.resolve();
  assertEquals(sizes(started), [[1]]);
  const second = verifyMany(pool, 1);
  await Promise.resolve();
  assertEquals(sizes(started), [[1], [1]]);
  started.forEach(answerAll);
  await Promise.all([first, second]);
  pool.close();
});

Deno.test("a pool sends the jobs of one turn together, shared among its workers", async () => {
  const { pool, started } = silentPool(2);
  const answers = verifyMany(pool, 6);
  assertEquals(sizes(started), [[]]);
  await Promise.resolve();
  assertEquals(sizes(started), [[3], [3]]);
  assertEquals(pool.pending, 6);
  started[0]?.answer([true, false, true]);
  started[1]?.answer([false, true, false]);
  assertEquals(await answers, [true, false, true, false, true, false]);
  assertEquals(pool.pending, 0);
  pool.close();
});

Deno.test("a pool keeps batches small and holds back what its workers have no room for", async () => {
  const { pool, started } = silentPool(2);
  const answers = verifyMany(pool, 136);
  await Promise.resolve();
  const eight = Array(8).fill(8);
  assertEquals(sizes(started), [eight, eight]);
  assertEquals(pool.pending, 136);
  started[0]?.answer(Array(8).fill(true));
  assertEquals(sizes(started), [[...eight, 4], eight]);
  while (pool.pending > 0) started.forEach(answerAll);
  assertEquals((await answers).length, 136);
  pool.close();
});

Deno.test("a pool gives the next job to the worker with the fewest", async () => {
  const { pool, started } = silentPool(2);
  const first = verifyMany(pool, 3);
  await Promise.resolve();
  const second = verifyMany(pool, 1);
  await Promise.resolve();
  assertEquals(sizes(started), [[2], [1, 1]]);
  started[0]?.answer([true, true]);
  started[1]?.answer([true]);
  started[1]?.answer([true]);
  await Promise.all([first, second]);
  pool.close();
});

Deno.test("a worker that dies rejects its jobs and is replaced", async () => {
  const scripts = ["../helpers/dying_crypto_worker.ts", "../../lib/crypto/crypto_worker.ts"];
  const startWorker = () => {
    const script = scripts.shift();
    if (script === undefined) throw new Error("Started more workers than expected");
    return new Worker(new URL(script, import.meta.url), { type: "module" });
  };
  using pool = new CryptoPool({ workers: 1, startWorker });
  const signature = keypair.sign("text");
  const lost = numbers(3).map(() => pool.verify("text", signature, address));
  for (const { status } of await Promise.allSettled(lost)) assertEquals(status, "rejected");
  await assertRejects(
    () => lost[0] ?? Promise.resolve(),
    Error,
    "Cannot finish a signature job: its worker died",
  );
  assertEquals(pool.pending, 0);
  assertEquals(await pool.verify("text", signature, address), true);
});

Deno.test("a worker that dies does not take what was not sent to it", async () => {
  const { pool, started } = silentPool(1);
  const jobs = numbers(68).map((number) => pool.verify(`text ${number}`, "", ""));
  const settled = Promise.allSettled(jobs);
  await Promise.resolve();
  started[0]?.onerror?.call(started[0], new ErrorEvent("error", { message: "out of memory" }));
  await Promise.resolve();
  assert(started[0]?.terminated);
  assertEquals(sizes(started), [Array(8).fill(8), [4]]);
  started[1]?.answer(Array(4).fill(true));
  const states = (await settled).map(({ status }) => status);
  assertEquals(states, [...Array(64).fill("rejected"), ...Array(4).fill("fulfilled")]);
  pool.close();
});

Deno.test("CryptoPool.close() rejects what is pending and what comes later", async () => {
  const { pool, started } = silentPool(1);
  const jobs = numbers(20).map((number) => pool.verify(`text ${number}`, "", ""));
  await Promise.resolve();
  pool.close();
  pool.close();
  for (const job of jobs) await assertRejects(() => job, Error, "Cannot use a closed crypto pool");
  await assertRejects(() => pool.verify("text", "", ""), Error, "Cannot use a closed crypto pool");
  assertEquals(pool.pending, 0);
  assert(started[0]?.terminated);
});

Deno.test("CryptoPool.close() in the turn of a job sends it to nobody", async () => {
  const { pool, started } = silentPool(1);
  const job = pool.verify("text", "", "");
  pool.close();
  await assertRejects(() => job, Error, "Cannot use a closed crypto pool");
  assertEquals(sizes(started), [[]]);
});

Deno.test("new CryptoPool() refuses a number of workers that makes no pool", () => {
  for (const workers of [0, -1, 1.5, NaN]) {
    assertThrows(() => new CryptoPool({ workers }), RangeError, "expected a positive integer");
  }
});
