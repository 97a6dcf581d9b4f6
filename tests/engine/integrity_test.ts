import { DatabaseSync } from "node:sqlite";
import { assert, assertRejects, assertStringIncludes } from "@std/assert";
import { type Receipt, receiptHash, sha256Hex } from "../../lib/protocol/mod.ts";
import { openDatabase, type PredictionRecord, PredictionRepository } from "../../lib/engine/mod.ts";
import { temporaryFolder } from "./folder.ts";

/** Accepts predictions of one miner, as a chain. */
async function fill(database: Deno.Kv, count: number): Promise<PredictionRecord[]> {
  const repository = new PredictionRepository(database);
  let previous = "0".repeat(64);
  const predictions = Array.from({ length: count }, (_, index): PredictionRecord => {
    const text = `{"n": ${index}}`;
    const receipt: Receipt = {
      sequence: index + 1,
      hash: sha256Hex(text),
      previous,
      miner_sequence: index + 1,
    };
    previous = receiptHash(receipt);
    return { predictionId: `p${index}`, hotkey: "A", uid: 7, receivedAt: 0, text, receipt };
  });
  const minerHeads = new Map([["A", { sequence: count, previous, day: "", wagered: 0 }]]);
  assert(await repository.commit({ head: await repository.head(), predictions, minerHeads }) !== null);
  return predictions;
}

async function openingFails(path: string, problem: string): Promise<void> {
  const { message } = await assertRejects(() => openDatabase(path), Error);
  for (const part of [`Cannot open the store ${path}`, problem, "restore a backup"]) {
    assertStringIncludes(message, part);
  }
}

const changes: Record<string, [(database: Deno.Kv, last: PredictionRecord) => Promise<unknown>, string]> = {
  "whose newest prediction was changed": [
    (kv, last) => kv.set(["predictions", 5], { ...last, text: "{}" }),
    "prediction 5 is not the one",
  ],
  "whose newest prediction is missing": [(kv) => kv.delete(["predictions", 5]), "receipts 1 to 5"],
  "with a prediction after its newest": [(kv, last) => kv.set(["predictions", 6], last), "receipts 1 to 5"],
  "whose miner has another head": [
    (kv) => kv.set(["miner_heads", "A"], { sequence: 4, previous: "", day: "", wagered: 0 }),
    "the head of A",
  ],
};

for (const [what, [act, problem]] of Object.entries(changes)) {
  Deno.test(`a store ${what} is not opened`, async () => {
    await using folder = await temporaryFolder();
    const path = `${folder.path}/store.db`;
    {
      using database = await openDatabase(path);
      const predictions = await fill(database, 5);
      await act(database, predictions[4] as PredictionRecord);
    }
    await openingFails(path, problem);
  });
}

Deno.test("a store whose tree of pages is damaged is not opened", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  {
    using database = await openDatabase(path);
    await fill(database, 200);
  }
  {
    using file = new DatabaseSync(path);
    file.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  {
    using file = await Deno.open(path, { write: true });
    // A page in the middle; the first ones, which every opening reads, are as they were.
    await file.seek(12 * 4096, Deno.SeekMode.Start);
    await file.write(crypto.getRandomValues(new Uint8Array(4096)));
  }
  await openingFails(path, "damaged");
});

Deno.test("a stored prediction that is not what its receipt vouches for is served to nobody", async () => {
  using database = await openDatabase(":memory:");
  const [first] = await fill(database, 3);
  await database.set(["predictions", 1], { ...first, text: '{"n": 9}' });
  const repository = new PredictionRepository(database);
  const reads = [
    () => repository.after(0, 10),
    () => repository.newestOf("A", 10),
    () => repository.find([{ hotkey: "A", predictionId: "p0" }]),
  ];
  for (const read of reads) await assertRejects(read, Error, "prediction 1 is not the one");
});
