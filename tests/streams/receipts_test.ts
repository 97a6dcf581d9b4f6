import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { MarketReceipt, Receipts } from "../../lib/protocol/mod.ts";
import { type ChainNode, NodeError } from "../../lib/streams/mod.ts";
import { readReceipts } from "../../lib/streams/read_receipts.ts";
import { ReceiptsSource, receiptsSource, RecentIds } from "../../lib/streams/receipts.ts";
import { RpcNode } from "../../lib/streams/rpc_node.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { FakeNode, fakeReceipt } from "../helpers/fake_node.ts";

/** Has receipts 1, 2, 3 and so on, and tells of at most `cap` at once. */
class Ledger implements ChainNode {
  readonly simulated = true;
  readonly asked: number[] = [];
  newest = 0;
  cap = Infinity;
  /** Fails where it returns true. */
  fails: (limit: number) => boolean = () => false;
  /** Called before every answer. */
  beforeAnswer = () => {};

  call(_method: string, { limit }: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    this.asked.push(Number(limit));
    if (this.fails(Number(limit))) return Promise.reject(new NodeError("no answer"));
    this.beforeAnswer();
    const length = Math.min(Number(limit), this.cap, this.newest);
    return Promise.resolve({ receipts: Array.from({ length }, (_, i) => fakeReceipt(this.newest - i)) });
  }

  close(): void {}
}

const numberOf = ({ id }: MarketReceipt) => Number(id.split("_")[1]);
/** The numbers of each value's receipts. */
const numbers = (values: readonly Receipts[]) => values.map(({ receipts }) => receipts.map(numberOf));
/** From the newest down to the oldest. */
const down = (newest: number, oldest: number) =>
  Array.from({ length: newest - oldest + 1 }, (_, i) => newest - i);

Deno.test("the first poll gives the newest ten, later ones what is new, and nothing when nothing is", async () => {
  const ledger = new Ledger();
  const source = new ReceiptsSource(ledger);
  assertEquals(source.current(), undefined);
  ledger.newest = 30;
  assertEquals(numbers(await source.poll()), [down(30, 21)]);
  assertEquals(await source.poll(), []);
  ledger.newest = 33;
  const values = await source.poll();
  assertEquals([numbers(values), values[0]?.count], [[[33, 32, 31]], 3]);
  assertEquals(source.current()?.receipts.map(numberOf), down(33, 24));
  assertEquals(source.current()?.count, 10);
  assertEquals(ledger.asked, [10, 10, 10]);
});

Deno.test("receipts come as the node gives them", async () => {
  await using fake = FakeNode.start();
  fake.receipts = [{ ...fakeReceipt(1), memo: { text: "kept" } }];
  const source = receiptsSource(new RpcNode({ url: fake.url, clock: new FakeClock() }));
  const value = { receipts: [{ ...fakeReceipt(1), memo: { text: "kept" } }], count: 1 };
  assertEquals(await source.poll(), [value]);
  assertEquals(source.current(), value);
  assertEquals(fake.requests[0]?.calls[0]?.params, { limit: 10 });
});

Deno.test("a chain without receipts has none to publish, and its first ones are complete", async () => {
  const ledger = new Ledger();
  const source = new ReceiptsSource(ledger);
  assertEquals(await source.poll(), []);
  assertEquals(source.current(), { receipts: [], count: 0 });
  ledger.newest = 40;
  const values = await source.poll();
  assertEquals([numbers(values), values[0]?.incomplete], [[down(40, 1)], undefined]);
});

Deno.test("when all ten are new it asks for more until it meets a known one", async () => {
  const ledger = new Ledger();
  const source = new ReceiptsSource(ledger);
  ledger.newest = 50;
  await source.poll();
  ledger.newest = 62;
  assertEquals(numbers(await source.poll()), [down(62, 51)]);
  assertEquals(ledger.asked, [10, 10, 100]);
  ledger.newest = 62 + 250;
  const values = await source.poll();
  assertEquals(numbers(values), [down(162, 63), down(262, 163), down(312, 263)]);
  assertEquals(values.map(({ count, incomplete }) => [count, incomplete]), [
    [100, undefined],
    [100, undefined],
    [50, undefined],
  ]);
  assertEquals(ledger.asked, [10, 10, 100, 10, 100, 1000]);
});

Deno.test("when 1,000 do not reach, the oldest value says that it is incomplete", async () => {
  const ledger = new Ledger();
  const source = new ReceiptsSource(ledger);
  ledger.newest = 50;
  await source.poll();
  ledger.newest = 1100;
  const values = await source.poll();
  assertEquals(numbers(values).flat().length, 1000);
  assertEquals(values.map(({ incomplete }) => incomplete), [true, ...Array(9).fill(undefined)]);
  ledger.newest = 1101;
  assertEquals(numbers(await source.poll()), [[1101]]);
});

for (const cap of [5, 10, 50]) {
  Deno.test(`a node that never tells of more than ${cap} leaves an incomplete value, not silence`, async () => {
    const ledger = new Ledger();
    ledger.cap = cap;
    const source = new ReceiptsSource(ledger);
    ledger.newest = 50;
    await source.poll();
    ledger.newest = 150;
    assertEquals(await source.poll(), [{
      receipts: down(150, 151 - cap).map(fakeReceipt) as never,
      count: cap,
      incomplete: true,
    }]);
    const asked = [10, ...(cap < 10 ? [10] : [10, 100])];
    assertEquals(ledger.asked, asked);
    assertEquals(await source.poll(), []);
  });
}

Deno.test("a node that ignores the limit gives its newest ten at first, and later what is new", async () => {
  await using fake = FakeNode.start();
  const source = receiptsSource(new RpcNode({ url: fake.url, clock: new FakeClock() }));
  fake.results["receipt.audit"] = { receipts: down(50, 1).map(fakeReceipt) };
  assertEquals(numbers(await source.poll() as Receipts[]), [down(50, 41)]);
  fake.results["receipt.audit"] = { receipts: down(62, 13).map(fakeReceipt) };
  assertEquals(numbers(await source.poll() as Receipts[]), [down(62, 51)]);
  assertEquals(fake.calls(), 2);
});

Deno.test("what comes while it pages is neither lost nor repeated", async () => {
  const ledger = new Ledger();
  const source = new ReceiptsSource(ledger);
  ledger.newest = 10;
  await source.poll();
  ledger.newest = 40;
  ledger.beforeAnswer = () => void ledger.newest++;
  assertEquals(numbers(await source.poll()), [down(42, 11)]);
  assertEquals(numbers(await source.poll()), [[43]]);
});

Deno.test("a failed poll loses nothing", async () => {
  const ledger = new Ledger();
  const source = new ReceiptsSource(ledger);
  ledger.newest = 10;
  await source.poll();
  ledger.newest = 40;
  ledger.fails = (limit) => limit === 100;
  await assertRejects(() => source.poll(), NodeError);
  ledger.fails = () => false;
  assertEquals(numbers(await source.poll()), [down(40, 11)]);
});

Deno.test("a node that always fails at a larger limit gives what it can, marked incomplete", async () => {
  const ledger = new Ledger();
  const source = new ReceiptsSource(ledger);
  ledger.newest = 10;
  await source.poll();
  ledger.newest = 40;
  ledger.fails = (limit) => limit > 10;
  await assertRejects(() => source.poll(), NodeError);
  const values = await source.poll();
  assertEquals([numbers(values), values[0]?.incomplete], [[down(40, 31)], true]);
});

Deno.test("a node that fails now and then at a larger limit is asked again, and nothing is lost", async () => {
  const ledger = new Ledger();
  const source = new ReceiptsSource(ledger);
  await source.poll();
  for (let round = 0; round < 3; round++) {
    ledger.newest += 40;
    ledger.fails = (limit) => limit > 10;
    await assertRejects(() => source.poll(), NodeError);
    ledger.fails = () => false;
    assertEquals(numbers(await source.poll()), [down(ledger.newest, ledger.newest - 39)]);
  }
});

Deno.test("a chain that was begun anew is told apart, and what was known is not forgotten", async () => {
  await using fake = FakeNode.start();
  const source = receiptsSource(new RpcNode({ url: fake.url, clock: new FakeClock() }));
  fake.receipts = down(12, 3).map(fakeReceipt);
  await source.poll();
  fake.receipts = [];
  assertEquals(await source.poll(), []);
  fake.receipts = [{ id: "new_1" }];
  assertEquals(await source.poll(), [{ receipts: [{ id: "new_1" }], count: 1, incomplete: true }]);
  fake.receipts = down(12, 3).map(fakeReceipt);
  assertEquals(await source.poll(), []);
});

Deno.test("a receipt that arrives late, among known ones, is published; one older than all known is not", async () => {
  await using fake = FakeNode.start();
  const source = receiptsSource(new RpcNode({ url: fake.url, clock: new FakeClock() }));
  fake.receipts = [20, 18, 17, 16, 15, 14, 13, 12, 11, 10].map(fakeReceipt);
  await source.poll();
  fake.receipts = [20, 19, 18, 17, 16, 15, 14, 13, 12, 11].map(fakeReceipt);
  assertEquals(numbers(await source.poll() as Receipts[]), [[19]]);
  fake.receipts = [18, 17, 16, 15, 14, 13, 12, 11, 10, 9].map(fakeReceipt);
  assertEquals(await source.poll(), []);
});

/** Holds what is published against what a subscriber may rely on. */
class Reader {
  readonly got = new Set<number>();
  /** Those whose lack was said. */
  readonly #missing = new Set<number>();
  #newest = 0;

  read(values: readonly Receipts[]): void {
    const parts = numbers(values);
    for (const [index, { count, incomplete }] of values.entries()) {
      const part = parts[index] ?? [];
      assert(count === part.length && count > 0 && count <= 100);
      assert(incomplete === undefined || index === 0);
      if (incomplete) { for (let n = this.#newest + 1; n < Math.min(...part); n++) this.#missing.add(n); }
    }
    const inOrder = parts.flatMap((part) => part.toReversed());
    assertEquals(inOrder, inOrder.toSorted((a, b) => a - b));
    for (const number of inOrder) this.#take(number);
    for (; this.#newest < (inOrder.at(-1) ?? 0); this.#newest++) {
      const next = this.#newest + 1;
      assert(this.got.has(next) || this.#missing.has(next), `${next} is lost`);
    }
  }

  #take(number: number): void {
    assert(!this.got.has(number), `${number} is repeated`);
    assert(number > this.#newest || this.#missing.delete(number), `${number} was before the first poll`);
    this.got.add(number);
  }

  /** The first poll gives ten at most: what came before is nobody's loss. */
  startsAt(oldest: number): void {
    this.#newest = oldest - 1;
  }
}

Deno.test("whatever comes between polls, every receipt is published once and in order, or its lack is said", async () => {
  const steps = fc.array(
    fc.record({
      arrived: fc.oneof(fc.nat(12), fc.integer({ min: 80, max: 130 }), fc.integer({ min: 900, max: 1300 })),
      meanwhile: fc.nat(3),
      failsAt: fc.constantFrom(0, 0, 0, 10, 100, 1000),
    }),
    { maxLength: 25 },
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(30), fc.constantFrom(Infinity, 100, 10), steps, async (start, cap, plan) => {
      const ledger = new Ledger();
      const source = new ReceiptsSource(ledger);
      const reader = new Reader();
      [ledger.newest, ledger.cap] = [start, cap];
      reader.startsAt(Math.max(1, start - 9));
      reader.read(await source.poll());
      for (const { arrived, meanwhile, failsAt } of plan) {
        ledger.newest += arrived;
        ledger.beforeAnswer = () => void (ledger.newest += meanwhile);
        ledger.fails = (limit) => limit === failsAt;
        reader.read(await source.poll().catch(() => []));
        const newest = [...reader.got].sort((a, b) => b - a).slice(0, 10);
        assertEquals(source.current()?.receipts.map(numberOf), newest);
      }
    }),
    { numRuns: 150 },
  );
});

Deno.test("of ids that were seen, the ones seen last are remembered", () => {
  const ids = new RecentIds(3);
  for (const id of ["a", "b", "c", "a", "d"]) ids.add(id);
  assertEquals(["a", "b", "c", "d"].filter((id) => ids.has(id)), ["a", "c", "d"]);
  assertEquals(ids.size, 3);
});

Deno.test("receipts whose lack was said are published when the node tells of them after all", async () => {
  const ledger = new Ledger();
  const source = new ReceiptsSource(ledger);
  ledger.newest = 10;
  await source.poll();
  [ledger.newest, ledger.cap] = [30, 10];
  assertEquals((await source.poll())[0]?.incomplete, true);
  [ledger.newest, ledger.cap] = [45, Infinity];
  assertEquals(numbers(await source.poll()), [[...down(45, 31), ...down(20, 11)]]);
});

Deno.test("a receipt without a usable id is known by its content, in whatever order its fields come", () => {
  const first = { market: "ads", amount: 5, memo: "x" };
  const { receipts, listed } = readReceipts({
    receipts: [
      first,
      { memo: "x", amount: 5, market: "ads" },
      { ...first, amount: 6 },
      { ...first, id: "" },
      { id: "y".repeat(201) },
      { id: 7 },
    ],
  });
  assertEquals([receipts.length, listed], [5, 6]);
  assertEquals(new Set(receipts.map(({ id }) => id)).size, 5);
  assert(/^sha256-[0-9a-f]{32}$/.test(receipts[0]?.id ?? ""));
  assertEquals([receipts[0]?.amount, receipts[4]?.id], [5, "7"]);
});

Deno.test("unknown fields of a receipt stay, but not those of one larger than 4 KiB", () => {
  const small = { id: "a", memo: "x".repeat(3000), nested: { deep: [1] } };
  const large = { ...fakeReceipt(1), id: "b", market: "m".repeat(300), memo: "x".repeat(5000) };
  const { receipts } = readReceipts({ receipts: [small, large] });
  assertEquals(receipts[0], small);
  assertEquals(receipts[1] as unknown, { ...fakeReceipt(1), id: "b", market: "m".repeat(200) });
});

Deno.test("a known field of the wrong type is left out, and the rest of the receipt stays", () => {
  const odd = { id: "a", market: 5, block_height: "7", timestamp: null, provider: "p", amount: {} };
  assertEquals(JSON.stringify(readReceipts({ receipts: [odd] }).receipts), '[{"id":"a","provider":"p"}]');
});

Deno.test("a field named __proto__ changes nothing but itself", () => {
  const { receipts: [receipt] } = readReceipts(
    JSON.parse('{"receipts": [{"id": "a", "__proto__": {"amount": 1}}]}'),
  );
  assertEquals([receipt?.amount, Object.getPrototypeOf(receipt)], [undefined, Object.prototype]);
});

const amiss = [
  [null, "expected object, received null"],
  [{}, "receipts: expected array, received undefined"],
  [{ receipts: "none" }, "receipts: expected array, received string"],
  [{ receipts: [1] }, "receipts.0: expected record, received number"],
] as const;

for (const [result, detail] of amiss) {
  Deno.test(`${JSON.stringify(result)} is nonsense as a result of receipt.audit`, () => {
    const error = assertThrows(() => readReceipts(result), NodeError);
    assertEquals(error.message, `the node answered nonsense to receipt.audit: ${detail}`);
  });
}
