import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { openEngine } from "../../lib/engine/mod.ts";
import { temporaryFolder } from "./folder.ts";

Deno.test("a new store gets the current layout, in a folder that is made for it", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/deep/er/store.db`;
  {
    using store = await openEngine(path);
    assertEquals(await store.get(["schema_version"]), 4);
  }
  using again = await openEngine(path);
  assertEquals(await again.get(["schema_version"]), 4);
});

Deno.test("what is told of jobs that an older version has begun goes on under its numbers, which that version reads no more", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  {
    using store = await openEngine(path);
    await store.set(["jobs", "a"], { id: "a", offset: 5 });
    await store.set(["open_jobs", "a"], { owner: "1", createdAt: 1, lease: "l" });
    await store.set(["jobs", "ended"], { id: "ended", offset: 9 });
    await store.set(["schema_version"], 2);
  }
  using store = await openEngine(path);
  // Above what it knows, the older version refuses the store.
  assertEquals(await store.get(["schema_version"]), 4);
  assertEquals((await store.log.head("jobs/a")).offset, 5);
  assertEquals(await store.log.since("jobs/a", 4, 10), "lost");
  assertEquals(await store.transact((transaction) => transaction.append("jobs/a", "next")), 6);
  assertEquals(await store.log.head("jobs/ended"), { offset: 0, at: 0 });
});

Deno.test("a store that a newer version wrote is refused and left as it is", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  {
    using store = await openEngine(path);
    await store.set(["schema_version"], 99);
  }
  const error = await assertRejects(() => openEngine(path), Error);
  assertStringIncludes(error.message, "version 99");
  using store = await Deno.openKv(path);
  assertEquals((await store.get(["schema_version"])).value, 99);
});

Deno.test("a store that a newer Deno wrote is refused in words", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  (await openEngine(path)).close();
  {
    using file = new DatabaseSync(path);
    // The version of the serialization is its second byte.
    file.exec("UPDATE kv SET v = CAST(x'FF7F' || substr(v, 3) AS BLOB)");
  }
  const error = await assertRejects(() => openEngine(path), Error);
  assertStringIncludes(error.message, `Cannot read the store ${path}: a newer version of Deno wrote it`);
});

Deno.test("a transaction that is too large for one commit is refused in words that say so", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  using store = await openEngine(path);
  using other = await openEngine(path);
  // Each commit tells the other one what it appends.
  const following = other.log.follow(() => true, new AbortController().signal);
  await following.next();
  const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
  const refusals: string[] = [];
  for (let count = 95; count < 105; count += 1) {
    await store.transact(async (transaction) => {
      await transaction.getMany(numbers(count).map((number) => ["read", number]));
      await transaction.append("a", 1);
    }).catch(({ name }) => refusals.push(name));
  }
  for (let count = 990; count < 1005; count += 1) {
    await store.transact(async (transaction) => {
      for (const number of numbers(count)) transaction.set(["written", number], count);
      await transaction.append("a", 1);
    }, { lock: "a" }).catch(({ name }) => refusals.push(name));
  }
  assert(refusals.length > 5 && refusals.every((name) => name === "RangeError"), refusals.join());
  await following.return?.();
});

Deno.test("a path that cannot be a store is named", async () => {
  await using folder = await temporaryFolder();
  await Deno.writeTextFile(`${folder.path}/file`, "no store");
  for (const path of [`${folder.path}/file/store.db`, `${folder.path}/file`]) {
    const error = await assertRejects(() => openEngine(path), Error);
    assertStringIncludes(error.message, `Cannot open the store ${path}`);
  }
});

Deno.test("a large value that is read and deleted in one transaction leaves nothing of it behind", async () => {
  using store = await openEngine(":memory:");
  const inPieces = async () => (await Array.fromAsync(store.list({ prefix: ["pieces"] }))).length;
  await store.set(["large"], "x".repeat(200_000));
  assert(await inPieces() > 0);
  await store.transact(async (transaction) => {
    await transaction.get(["large"]);
    transaction.delete(["large"]);
  });
  assertEquals([await store.get(["large"]), await inPieces()], [null, 0]);
});
