import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Entry, Key, Store, Transaction } from "../../lib/engine/mod.ts";

/** A store that is empty, and gone when it is disposed of. */
export type OpenStore = () => Promise<{ readonly store: Store } & AsyncDisposable>;

async function keys(entries: AsyncIterable<Entry<unknown>>): Promise<Key[]> {
  return (await Array.fromAsync(entries)).map(({ key }) => key);
}

async function increment(transaction: Transaction, key: Key): Promise<number> {
  const next = (await transaction.get<number>(key) ?? 0) + 1;
  transaction.set(key, next);
  return next;
}

/** What every store promises. */
export function testStore(name: string, open: OpenStore): void {
  Deno.test(`${name}: values come back as they were, whatever their size`, async () => {
    await using opened = await open();
    const { store } = opened;
    const values = [
      {
        text: "a€😀",
        list: [1, null, true],
        big: 2n ** 70n,
        bytes: new Uint8Array([1, 2]),
        nested: { a: -0.5 },
      },
      "x".repeat(200_000),
      "€".repeat(100_000),
      new Uint8Array(1_000_000).fill(7),
      { many: Array.from({ length: 50_000 }, (_, index) => index) },
      0,
      false,
      "",
    ];
    for (const [index, value] of values.entries()) await store.set(["v", index], value);
    for (const [index, value] of values.entries()) assertEquals(await store.get(["v", index]), value);
    assertEquals(await store.getMany([["v", 0], ["none"], ["v", 1]]), [values[0], null, values[1]]);
    assertEquals((await Array.fromAsync(store.list({ prefix: ["v"] }))).map(({ value }) => value), values);
    await store.set(["v", 1], "small");
    await store.delete(["v", 3]);
    assertEquals(await store.getMany([["v", 1], ["v", 3]]), ["small", null]);
  });

  Deno.test(`${name}: lists go by their keys, from and to where they are told`, async () => {
    await using opened = await open();
    const { store } = opened;
    for (const number of [10, 9, 2, 1, 100]) await store.set(["n", number], number);
    await store.set(["n", "a"], 0);
    await store.set(["other", 1], 0);
    assertEquals(await keys(store.list({ prefix: ["n"] })), [
      ["n", "a"],
      ...[1, 2, 9, 10, 100].map((number) => ["n", number] as const),
    ]);
    const some = { prefix: ["n"], from: [2], to: [100] } as const;
    assertEquals(await keys(store.list(some)), [["n", 2], ["n", 9], ["n", 10]]);
    assertEquals(await keys(store.list({ ...some, limit: 2, reverse: true })), [["n", 10], ["n", 9]]);
    assertEquals(await keys(store.list({ ...some, limit: 0 })), []);
    assertEquals((await keys(store.list({ prefix: [] }))).filter(([first]) => first === "other").length, 1);
  });

  Deno.test(`${name}: a long list is gone through whole, and deleted whole`, async () => {
    await using opened = await open();
    const { store } = opened;
    for (let part = 0; part < 3; part += 1) {
      await store.transact((transaction) => {
        for (let index = 0; index < 900; index += 1) transaction.set(["l", part, index], index);
        return Promise.resolve();
      });
    }
    await store.set(["m"], 1);
    assertEquals((await keys(store.list({ prefix: ["l"] }))).length, 2700);
    await store.deleteAll(["l", 1]);
    assertEquals((await keys(store.list({ prefix: ["l"] }))).length, 1800);
    await store.deleteAll(["l"]);
    assertEquals(await keys(store.list({ prefix: ["l"] })), []);
    assertEquals(await store.get(["m"]), 1);
  });

  Deno.test(`${name}: a transaction reads what it wrote, and others only once all of it is kept`, async () => {
    await using opened = await open();
    const { store } = opened;
    await store.set(["a"], 1);
    await store.transact(async (transaction) => {
      transaction.set(["a"], 2);
      transaction.delete(["b"]);
      transaction.set(["b"], 3);
      transaction.set(["c"], 4);
      transaction.delete(["c"]);
      assertEquals(await transaction.getMany([["a"], ["b"], ["c"]]), [2, 3, null]);
      assertEquals(await store.getMany([["a"], ["b"]]), [1, null]);
    });
    assertEquals(await store.getMany([["a"], ["b"], ["c"]]), [2, 3, null]);
  });

  Deno.test(`${name}: a transaction that throws leaves nothing`, async () => {
    await using opened = await open();
    const { store } = opened;
    const work = (transaction: Transaction) => {
      transaction.set(["a"], 1);
      return Promise.reject(new Error("changed its mind"));
    };
    await assertRejects(() => store.transact(work), Error, "changed its mind");
    await assertRejects(() => store.transact(work, { lock: "l" }), Error, "changed its mind");
    assertEquals(await store.get(["a"]), null);
    assertEquals(await store.transact((transaction) => increment(transaction, ["a"]), { lock: "l" }), 1);
  });

  for (const lock of [undefined, "counter"]) {
    const how = lock === undefined ? "without a lock" : "under a lock";
    const options = lock === undefined ? {} : { lock };
    Deno.test(`${name}: transactions at once ${how} lose nothing of each other`, async () => {
      await using opened = await open();
      const { store } = opened;
      const results = await Promise.all(
        Array.from(
          { length: 40 },
          () => store.transact((transaction) => increment(transaction, ["n"]), options),
        ),
      );
      assertEquals(results.toSorted((a, b) => a - b), Array.from({ length: 40 }, (_, index) => index + 1));
      assertEquals(await store.get(["n"]), 40);
    });
  }

  Deno.test(`${name}: many transactions that overtake each other are each tried a few times`, async () => {
    await using opened = await open();
    const { store } = opened;
    let tries = 0;
    await Promise.all(Array.from({ length: 100 }, () =>
      store.transact((transaction) => {
        tries += 1;
        return increment(transaction, ["n"]);
      })));
    assertEquals(await store.get(["n"]), 100);
    assert(tries <= 300, `${tries} tries`);
  });

  Deno.test(`${name}: what a transaction found absent is still absent when it is kept`, async () => {
    await using opened = await open();
    const { store } = opened;
    const claim = (who: number) =>
      store.transact(async (transaction) => {
        if (await transaction.get(["place"]) !== null) return false;
        transaction.set(["place"], who);
        return true;
      });
    const won = await Promise.all([1, 2, 3, 4].map(claim));
    assertEquals(won.filter((each) => each).length, 1);
  });

  Deno.test(`${name}: a large transaction is kept whole; one that is too large is refused whole`, async () => {
    await using opened = await open();
    const { store } = opened;
    const text = "y".repeat(50_000);
    await store.transact((transaction) => {
      for (let index = 0; index < 100; index += 1) transaction.set(["large", index], text);
      return Promise.resolve();
    }, { lock: "l" });
    const read = await store.getMany<string>(Array.from({ length: 100 }, (_, index) => ["large", index]));
    assertEquals(read.every((value) => value === text), true);
    const many = (transaction: Transaction) => {
      for (let index = 0; index <= 1000; index += 1) transaction.set(["many", index], 1);
      return Promise.resolve();
    };
    await assertRejects(() => store.transact(many), RangeError);
    assertEquals(await keys(store.list({ prefix: ["many"] })), []);
  });

  Deno.test(`${name}: what expires is there until then`, async () => {
    await using opened = await open();
    const { store } = opened;
    await store.set(["brief"], "here", { expireIn: 3_600_000 });
    assertEquals(await store.get(["brief"]), "here");
  });
}
