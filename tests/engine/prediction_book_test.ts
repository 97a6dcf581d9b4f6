import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type NewGame,
  parseExact,
  readGame,
  receiptHash,
  type ReceivedPrediction,
  Refusal,
  renderSigned,
  sha256Hex,
  type TeamGamePrediction,
  toPlain,
} from "../../lib/protocol/mod.ts";
import { type Engine, openEngine, PredictionRepository } from "../../lib/engine/mod.ts";
import { PredictionBook } from "../../lib/validator/prediction_book.ts";
import type { Verdict } from "../../lib/validator/prediction_draft.ts";
import { FaultyEngine } from "../helpers/faulty_engine.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { temporaryFolder } from "./folder.ts";
import { untilThere } from "../helpers/until.ts";

const game: NewGame = readGame(parseExact(renderSigned(sampleGame())));

function createBook(store: Engine): PredictionBook {
  const known = { ...game, changedAt: 0, offset: 1 };
  return new PredictionBook({
    store,
    clock: new FakeClock(),
    games: { find: () => known, knownUpTo: 1, know: () => Promise.resolve() },
    confirmations: { publish: () => Promise.resolve("") },
    gatekeeper: { forgive: () => {} },
  });
}

function received(id: string, change = {}): ReceivedPrediction {
  const text = renderSigned(samplePrediction(id, { wager: 0.001, ...change }));
  return { fields: toPlain(parseExact(text)) as TeamGamePrediction, text, hash: sha256Hex(text) };
}

async function submit(book: PredictionBook, id: string, hotkey = "A", change = {}): Promise<Verdict> {
  const message = {
    envelope: { signer: hotkey, nonce: id },
    predictions: [received(id, change)],
    receivedAt: 0,
  };
  const [confirmed] = book.submit(message, { hotkey, uid: 7 }, "http");
  if (confirmed === undefined) throw new Error("nothing was submitted");
  return (await confirmed).verdict;
}

/** Checks everything that the log promises, and answers its length. */
async function assertLogIsSound(store: Engine): Promise<number> {
  const records = await new PredictionRepository(store).after(0, 10_000);
  assertEquals(records.map(({ receipt }) => receipt.sequence), records.map((_, index) => index + 1));
  const heads = new Map<string, { sequence: number; previous: string }>();
  for (const { hotkey, receipt } of records) {
    const { sequence, previous } = heads.get(hotkey) ?? { sequence: 0, previous: "0".repeat(64) };
    assertEquals([receipt.miner_sequence, receipt.previous], [sequence + 1, previous]);
    heads.set(hotkey, { sequence: receipt.miner_sequence, previous: receiptHash(receipt) });
  }
  assertEquals((await new PredictionRepository(store).head()).sequence, records.length);
  return records.length;
}

Deno.test("predictions of many miners, submitted at once, form one sound log", async () => {
  using store = await openEngine(":memory:");
  const book = createBook(store);
  const verdicts = await Promise.all(
    Array.from({ length: 350 }, (_, index) => submit(book, `p${index}`, `miner ${index % 7}`)),
  );
  assert(verdicts.every(({ accepted }) => accepted));
  assertEquals(await assertLogIsSound(store), 350);
  assertEquals(
    verdicts.map((verdict) => verdict.accepted && verdict.receipt.sequence),
    verdicts.map((_, i) => i + 1),
  );
});

/** As a miner does that is told to come back. */
async function submitUntilTaken(book: PredictionBook, id: string, hotkey: string): Promise<Verdict> {
  return await untilThere(async () => {
    try {
      return await submit(book, id, hotkey);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "internal_error") throw error;
      return undefined;
    }
  }, `a verdict on ${id}`);
}

for (const [what, connections] of [["one connection to the store", 1], ["a connection each", 2]] as const) {
  Deno.test(`two books with ${what} write one log without a gap`, async () => {
    await using folder = await temporaryFolder();
    using first = await openEngine(`${folder.path}/store.db`);
    using second = await openEngine(`${folder.path}/store.db`);
    const books = [createBook(first), createBook(connections === 1 ? first : second)];
    const verdicts: Verdict[] = [];
    for (let round = 0; round < 15; round += 1) {
      verdicts.push(
        ...await Promise.all(
          books.flatMap((book, number) =>
            ["A", "B"].map((hotkey) => submitUntilTaken(book, `p${round} of book ${number}`, hotkey))
          ),
        ),
      );
    }
    assertEquals(verdicts.filter((verdict) => !verdict.accepted || verdict.duplicate), []);
    assertEquals(await assertLogIsSound(first), 60);
    // What one has accepted is a duplicate for the other.
    const mine = await submit(createBook(first), "p3 of book 1", "A");
    assertEquals(await submit(createBook(second), "p3 of book 1", "A"), mine);
    assertEquals(mine.accepted && mine.duplicate, true);
  });
}

Deno.test("a group whose head another writer has moved in between is judged again", async () => {
  await using folder = await temporaryFolder();
  using store = await openEngine(`${folder.path}/store.db`);
  using elsewhere = await openEngine(`${folder.path}/store.db`);
  const faulty = new FaultyEngine(store);
  const book = createBook(faulty);
  await submit(book, "first", "A", { wager: 500 });
  // The other one comes first, with the same id and most of what is left of the day's limit.
  const other = createBook(elsewhere);
  using _late = faulty.meanwhile(() => submit(other, "same", "A", { wager: 400 }));
  const [same, tooMuch, fits] = await Promise.all([
    submit(book, "same", "A", { wager: 400 }),
    submit(book, "too much", "A", { wager: 200 }),
    submit(book, "fits", "A", { wager: 100 }),
  ]);
  assertEquals(same?.accepted && same.duplicate, true);
  assertEquals([tooMuch?.accepted, fits?.accepted], [false, true]);
  assertEquals(await assertLogIsSound(store), 3);
});

Deno.test("when a commit fails nothing of its group is accepted, and afterwards all goes on", async () => {
  using store = await openEngine(":memory:");
  const faulty = new FaultyEngine(store);
  const book = createBook(faulty);
  await submit(book, "before");
  const full = faulty.refuse();
  const refused = ["p1", "p2"].map((id) => assertRejects(() => submit(book, id), Refusal));
  for (const { code, retryAfterMs, message } of await Promise.all(refused)) {
    assertEquals([code, retryAfterMs, message.includes("disk full")], ["internal_error", 5000, false]);
  }
  assertEquals(book.canCommit, false);
  full[Symbol.dispose]();
  const verdicts = await Promise.all(["p1", "p2"].map((id) => submit(book, id)));
  assertEquals(verdicts.map((verdict) => verdict.accepted && verdict.receipt.sequence), [2, 3]);
  assertEquals([book.canCommit, await assertLogIsSound(store)], [true, 3]);
});

Deno.test("a commit that went through although its answer was lost is found when it is sent again", async () => {
  using store = await openEngine(":memory:");
  const faulty = new FaultyEngine(store);
  const book = createBook(faulty);
  {
    using _cut = faulty.interfere(async (write) => {
      await write();
      throw new Error("connection lost");
    });
    await assertRejects(() => submit(book, "p"), Refusal);
  }
  const again = await submit(book, "p");
  assertEquals(again.accepted && [again.duplicate, again.receipt.sequence], [true, 1]);
  assertEquals(await assertLogIsSound(store), 1);
});

Deno.test("groups of the longest ids and the largest predictions fit into the store", async () => {
  using store = await openEngine(":memory:");
  const book = createBook(store);
  const name = (index: number) => `${index}`.padStart(4, "0");
  const long = Array.from(
    { length: 250 },
    (_, index) => submit(book, name(index) + "€".repeat(124), `m${index}`.padEnd(48, "x")),
  );
  const nul = Array.from({ length: 150 }, (_, index) => submit(book, `n${name(index)}${"\0".repeat(123)}`));
  const large = Array.from(
    { length: 30 },
    (_, index) => submit(book, `large ${index}`, "B", { blob: "x".repeat(59_000) }),
  );
  const verdicts = await Promise.all([...long, ...nul, ...large]);
  assertEquals(verdicts.filter(({ accepted }) => !accepted), []);
  assertEquals(await assertLogIsSound(store), 430);
});

Deno.test("a prediction too large for the store is refused in words, and others go on", async () => {
  using store = await openEngine(":memory:");
  const book = createBook(store);
  const [large, small] = await Promise.all([
    submit(book, "large", "A", { blob: "x".repeat(70_000) }),
    submit(book, "small"),
  ]);
  const message = large?.accepted === false ? large.message : "";
  assert(message.startsWith("Prediction too large"), message);
  assertEquals(small?.accepted, true);
});

Deno.test("what was accepted survives a restart, with the chain and the day's wagers", async () => {
  await using folder = await temporaryFolder();
  for (const run of [1, 2, 3]) {
    using store = await openEngine(`${folder.path}/store.db`);
    const verdict = await submit(createBook(store), `p${run}`, "A", { wager: 300 });
    assertEquals(verdict.accepted && [verdict.receipt.sequence, verdict.wagered], [run, run * 300]);
  }
  using store = await openEngine(`${folder.path}/store.db`);
  assertEquals((await submit(createBook(store), "p4", "A", { wager: 300 })).accepted, false);
  assertEquals(await assertLogIsSound(store), 3);
});
