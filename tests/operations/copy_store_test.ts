import { assertEquals, assertRejects } from "@std/assert";
import { type Engine, type KeptChannel, openEngine } from "../../lib/engine/mod.ts";
import { copyStore, verifyStore } from "../../lib/operations/mod.ts";
import { systemClock } from "../../lib/protocol/mod.ts";
import { temporaryFolder } from "../engine/folder.ts";
import { accept, idsFrom } from "../helpers/filled_store.ts";
import { postgres, PostgresServer } from "../helpers/postgres.ts";
import { testWith } from "../helpers/programs.ts";

/** A store with something of each kind in it. */
async function fill(location: string): Promise<void> {
  using engine = await openEngine(location);
  await accept(engine, idsFrom(1, 250));
  await engine.transact(async (transaction) => {
    transaction.set(["bytes", 1], new Uint8Array(100_000).fill(7));
    transaction.set(["bytes", 2], { at: 2n ** 70n, hash: new Uint8Array([1, 2]) });
    transaction.set(["blobs", "a b#c"], "");
    await transaction.append("games", ["{}"]);
    await transaction.append("games", "large".repeat(30_000));
  });
  await engine.set(["nonces", "5F", "1"], true, { expireIn: 60_000 });
}

async function contentOf(location: string) {
  using engine: Engine = await openEngine(location);
  const channels: KeptChannel[] = await Array.fromAsync(engine.channels());
  return { epoch: engine.log.epoch, values: await Array.fromAsync(engine.everything()), channels };
}

testWith(postgres.missing, "a store goes to a database and back to a file, and is the same", async () => {
  await using folder = await temporaryFolder();
  await using server = await PostgresServer.start();
  const [file, again] = [`${folder.path}/store.db`, `${folder.path}/again.db`];
  const database = server.location();
  await fill(file);
  const report = await copyStore({ from: file, to: database, clock: systemClock });
  assertEquals([report.sound, report.last], [true, 250]);
  assertEquals(await contentOf(database), await contentOf(file));
  assertEquals(await verifyStore(database), await verifyStore(file));
  await copyStore({ from: database, to: again, clock: systemClock });
  assertEquals(await contentOf(again), await contentOf(file));
  assertEquals(await verifyStore(again), await verifyStore(file));
  // It goes on where it was.
  for (const location of [database, again]) {
    using engine = await openEngine(location);
    await accept(engine, ["p251"]);
    assertEquals(await engine.transact((transaction) => transaction.append("games", "next")), 3);
  }
  assertEquals(await server.sql("select count(*), max(sequence) from s1.receipts"), ["251|251"]);
});

Deno.test("a store is copied only into an empty one, and only while nobody uses it", async () => {
  await using folder = await temporaryFolder();
  const [file, other] = [`${folder.path}/store.db`, `${folder.path}/other.db`];
  await fill(file);
  {
    using engine = await openEngine(other);
    await engine.set(["a"], 1);
  }
  const copy = (from: string, to: string) => copyStore({ from, to, clock: systemClock });
  await assertRejects(() => copy(file, other), Error, "is not empty: it has a");
  await assertRejects(() => copy(`${folder.path}/none.db`, other), Error, "Cannot find the store");
  using used = await openEngine(file);
  await used.set(["instances", "x"], { id: "x", heardAt: Date.now() });
  await assertRejects(() => copy(file, `${folder.path}/new.db`), Error, "is in use");
});
