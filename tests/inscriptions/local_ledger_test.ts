import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import * as fc from "fast-check";
import { LedgerError } from "../../lib/inscriptions/mod.ts";
import { LocalLedger } from "../../lib/inscriptions/ledger/local_ledger.ts";
import { parseTransactionId } from "../../lib/inscriptions/ledger/transaction.ts";
import { openEngine, type TopicBlock, type TopicHead } from "../../lib/engine/mod.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";
import { present } from "./harness.ts";

async function open(paymentDelay = 0) {
  const store = await openEngine(":memory:");
  const clock = new FakeClock();
  const ledger = new LocalLedger({ store, clock, paymentDelay });
  const topicId = await ledger.createTopic({ memo: "a memo", reference: "test" });
  return { store, clock, ledger, topicId, [Symbol.dispose]: () => store.close() };
}

async function messagesOf(ledger: LocalLedger, topicId: string): Promise<string[]> {
  return await Array.fromAsync(present(await ledger.read(topicId)).messages);
}

Deno.test("a topic gives back its messages in order, however they were appended", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 600 }), { maxLength: 5 }), async (sizes) => {
      using scene = await open();
      const { ledger, topicId, clock } = scene;
      const all: string[] = [];
      for (const size of sizes) {
        for (
          const left = Array.from({ length: size }, (_, index) => `${all.length + index}`);
          left.length > 0;
        ) {
          const length = await ledger.appendMessages(topicId, all.length, left);
          assert(length > all.length);
          const taken = left.splice(0, length - all.length);
          all.push(...taken);
        }
        await clock.advance(1);
      }
      assertEquals(await messagesOf(ledger, topicId), all);
      assertEquals(await ledger.topicLength(topicId), all.length);
    }),
    { numRuns: 10 },
  );
});

Deno.test("what does not follow what is there is not appended", async () => {
  using scene = await open();
  const { ledger, topicId } = scene;
  assertEquals(await ledger.appendMessages(topicId, 0, ["a", "b"]), 2);
  assertEquals(await ledger.appendMessages(topicId, 0, ["a", "b"]), 2);
  assertEquals(await ledger.appendMessages(topicId, 3, ["d"]), 2);
  const both = await Promise.all([
    ledger.appendMessages(topicId, 2, ["c"]),
    ledger.appendMessages(topicId, 2, ["x"]),
  ]);
  assertEquals(both, [3, 3]);
  assertEquals((await messagesOf(ledger, topicId)).length, 3);
});

Deno.test("a topic is made once for a reference", async () => {
  using scene = await open();
  const { ledger, topicId } = scene;
  assertMatch(topicId, /^0\.0\.\d+$/);
  assertEquals(await ledger.createTopic({ memo: "another", reference: "test" }), topicId);
  const many = await Promise.all(
    Array.from({ length: 20 }, (_, index) => ledger.createTopic({ memo: "", reference: `r${index % 10}` })),
  );
  assertEquals(new Set(many).size, 10);
});

Deno.test("a topic that was tampered with is not read to its end", async () => {
  const tamper: ((block: TopicBlock) => TopicBlock)[] = [
    (block) => ({ ...block, messages: block.messages.with(3, "forged") }),
    (block) => ({ ...block, messages: block.messages.slice(1) }),
    (block) => ({ ...block, messages: [...block.messages, "more"] }),
    (block) => ({ ...block, at: block.at + 1n }),
    (block) => ({ ...block, runningHash: block.runningHash.map((byte) => byte ^ 1) }),
  ];
  for (const [index, change] of tamper.entries()) {
    using scene = await open();
    const { ledger, topicId, store } = scene;
    await ledger.appendMessages(topicId, 0, Array.from({ length: 200 }, (_, index) => `message ${index}`));
    const [second] = (await Array.fromAsync(store.list<TopicBlock>({ prefix: ["topic_blocks"] }))).slice(
      1,
    );
    const { key, value } = present(second);
    await store.set(key, change(value));
    await assertRejects(() => messagesOf(ledger, topicId), LedgerError, "running hash", `case ${index}`);
    await store.delete(key);
    await assertRejects(() => messagesOf(ledger, topicId), LedgerError, "running hash");
  }
});

Deno.test("consensus times grow, though the clock goes back", async () => {
  using scene = await open();
  const { ledger, topicId, store } = scene;
  await ledger.appendMessages(topicId, 0, ["a", "b", "c"]);
  const earlier = new LocalLedger({ store, clock: new FakeClock(0) });
  await earlier.appendMessages(topicId, 3, ["d"]);
  const blocks = (await Array.fromAsync(store.list<TopicBlock>({ prefix: ["topic_blocks"] })))
    .map(({ value }) => value);
  assertEquals(blocks.map(({ at }) => at - (blocks[0]?.at ?? 0n)), [0n, 3n]);
  const [head] = await Array.fromAsync(store.list<TopicHead>({ prefix: ["topics"] }));
  assertEquals([head?.value.length, head?.value.at], [4, blocks[1]?.at]);
  assertEquals((await messagesOf(ledger, topicId)).length, 4);
});

Deno.test("a topic that is not there has no messages and takes none", async () => {
  using scene = await open();
  const { ledger } = scene;
  for (const topicId of ["0.0.1", "0.0.999999", "1.2.3", "", "0.0.1e3", "0.0.NaN"]) {
    assertEquals(await ledger.read(topicId), null);
    await assertRejects(() => ledger.topicLength(topicId), LedgerError);
    await assertRejects(() => ledger.appendMessages(topicId, 0, ["x"]), LedgerError);
  }
});

Deno.test("a transaction is paid after the delay or when its client says so, and the wait for it can be ended", async () => {
  using scene = await open(5000);
  const { ledger, clock, store } = scene;
  const never = new AbortController().signal;
  const { transactionId } = await ledger.prepare({ payer: "0.0.77", messages: 3 });
  let paid = false;
  const payment = ledger.awaitPayment(transactionId, never, never).then(() => paid = true);
  await clock.advance(4999);
  assertEquals(paid, false);
  await clock.advance(1);
  await payment;
  const again = new LocalLedger({ store, clock, paymentDelay: 10_000 });
  const aborting = new AbortController();
  const waiting = again.awaitPayment(transactionId, aborting.signal, never);
  await settle();
  aborting.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
  assertEquals(clock.pending, 0);
  await new LocalLedger({ store, clock }).awaitPayment(transactionId, never, never);
  const endless = new LocalLedger({ store, clock, paymentDelay: Infinity });
  const said = new AbortController();
  const unsaid = endless.awaitPayment(transactionId, never, said.signal);
  await clock.advance(1e9);
  said.abort();
  await unsaid;
});

Deno.test("transaction ids name their payer, and are all different", async () => {
  using scene = await open();
  const { ledger } = scene;
  const ids = new Set<string>();
  for (let count = 0; count < 50; count += 1) {
    const { transactionId } = await ledger.prepare({ payer: "0.0.77", messages: 1 });
    assertMatch(transactionId, /^0\.0\.77@\d{10}\.\d{9}$/);
    ids.add(transactionId);
  }
  assertEquals(ids.size, 50);
});

Deno.test("transaction ids are read in both spellings", () => {
  const id = { account: "0.0.5", seconds: 123, nanos: 456 };
  for (const text of ["0.0.5@123.456", "0.0.5-123-456", "0.0.5@123.000000456", "0.0.5-123-000000456"]) {
    assertEquals(parseTransactionId(text), id);
  }
  for (
    const text of [
      "",
      "0.0.5",
      "0.0.5@123-456",
      "0.0.5-123.456",
      "0.0.5@123.4567890123",
      "x0.0.5@1.2",
      "0.0.5@1.2\n",
    ]
  ) {
    assertEquals(parseTransactionId(text), undefined);
  }
});

Deno.test("a prepared transaction is a Hedera transaction list of one unsigned transfer that moves nothing", async () => {
  using scene = await open();
  const { transactionId, transactionBytes } = await scene.ledger.prepare({ payer: "0.0.77", messages: 3 });
  const field = (bytes: Uint8Array, sought: number): Uint8Array => present(fieldsOf(bytes).get(sought));
  const list = Uint8Array.from(atob(transactionBytes), (character) => character.charCodeAt(0));
  const body = field(field(field(list, 1), 5), 1);
  const { seconds, nanos } = present(parseTransactionId(transactionId));
  const start = fieldsOf(field(field(body, 1), 1));
  assertEquals([number(start.get(1)), number(start.get(2))], [seconds, nanos]);
  assertEquals(number(fieldsOf(field(field(body, 1), 2)).get(3)), 77);
  assertEquals(new TextDecoder().decode(field(body, 6)), "Inscription of 3 messages");
  assertEquals(field(field(body, 14), 1).length, 0);
});

/** The fields of a protobuf message: varints as their bytes, the rest as it is. */
function fieldsOf(bytes: Uint8Array): Map<number, Uint8Array> {
  const fields = new Map<number, Uint8Array>();
  let at = 0;
  const varint = () => {
    const start = at;
    while ((bytes[at] ?? 0) >= 128) at += 1;
    return bytes.subarray(start, at += 1);
  };
  while (at < bytes.length) {
    const tag = number(varint());
    const value = varint();
    if (tag % 8 === 0) fields.set(tag >> 3, value);
    else fields.set(tag >> 3, bytes.subarray(at, at += number(value)));
  }
  return fields;
}

function number(varint: Uint8Array | undefined): number {
  return [...varint ?? []].reduce((sum, byte, index) => sum + byte % 128 * 128 ** index, 0);
}
