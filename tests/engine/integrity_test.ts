import { DatabaseSync } from "node:sqlite";
import { assertRejects, assertStringIncludes } from "@std/assert";
import { type Receipt, receiptHash, sha256Hex } from "../../lib/protocol/mod.ts";
import {
  type Engine,
  openEngine,
  type PredictionRecord,
  PredictionRepository,
  predictionsLock,
  PredictionTransaction,
} from "../../lib/engine/mod.ts";
import { temporaryFolder } from "./folder.ts";

/** Accepts predictions of one miner, as a chain. */
async function fill(store: Engine, count: number): Promise<PredictionRecord[]> {
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
  const add = (transaction: PredictionTransaction) => transaction.add(predictions, minerHeads);
  await store.transact(
    (transaction) => Promise.resolve(add(new PredictionTransaction(transaction))),
    predictionsLock,
  );
  return predictions;
}

async function openingFails(path: string, problem: string): Promise<void> {
  const { message } = await assertRejects(() => openEngine(path), Error);
  for (const part of [`Cannot open the store ${path}`, problem, "restore a backup"]) {
    assertStringIncludes(message, part);
  }
}

const changes: Record<string, [(store: Engine, last: PredictionRecord) => Promise<unknown>, string]> = {
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
      using store = await openEngine(path);
      const predictions = await fill(store, 5);
      await act(store, predictions[4] as PredictionRecord);
    }
    await openingFails(path, problem);
  });
}

Deno.test("a store whose tree of pages is damaged is not opened", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/store.db`;
  {
    using store = await openEngine(path);
    await fill(store, 200);
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
  using store = await openEngine(":memory:");
  const [first] = await fill(store, 3);
  await store.set(["predictions", 1], { ...first, text: '{"n": 9}' });
  const repository = new PredictionRepository(store);
  const reads = [
    () => repository.after(0, 10),
    () => repository.ofMiner("A", 0, 10),
    () => repository.find([{ hotkey: "A", predictionId: "p0" }]),
  ];
  for (const read of reads) await assertRejects(read, Error, "prediction 1 is not the one");
});
