import { assertEquals } from "@std/assert";
import { openEngine, type TopicBlock, type TopicHead, TopicRepository } from "../../lib/engine/mod.ts";

const head: TopicHead = { memo: "m", length: 0, runningHash: new Uint8Array(48), at: 0n };
const block = (first: number, ...messages: string[]): TopicBlock => ({
  first,
  at: BigInt(first),
  messages,
  runningHash: new Uint8Array(48).fill(first),
});
const after = (length: number): TopicHead => ({
  ...head,
  length,
  runningHash: new Uint8Array(48).fill(length),
});

Deno.test("a topic has one number for its reference, and numbers are never given twice", async () => {
  using store = await openEngine(":memory:");
  const topics = new TopicRepository(store);
  const references = ["a", "b", "a", "c", "b", "a"];
  const numbers = await Promise.all(references.map((reference) => topics.create(reference, head)));
  const known = new Map(references.map((reference, index) => [reference, numbers[index]]));
  assertEquals(numbers, references.map((reference) => known.get(reference) ?? 0));
  assertEquals([...known.values()].toSorted(), [1001, 1002, 1003]);
  assertEquals(await topics.head(1001), head);
  assertEquals(await topics.head(1), null);
  assertEquals(await topics.head(NaN), null);
});

Deno.test("blocks are appended where they belong, all of them or none", async () => {
  using store = await openEngine(":memory:");
  const topics = new TopicRepository(store);
  const number = await topics.create("a", head);
  assertEquals(await topics.append(number, [block(1, "x", "y"), block(3, "z")], after(3)), true);
  assertEquals(await topics.append(number, [block(1, "again")], after(1)), false);
  assertEquals(await topics.append(number, [block(5, "too far")], after(5)), false);
  assertEquals(await topics.append(999, [block(1, "nowhere")], after(1)), false);
  const race = await Promise.all([
    topics.append(number, [block(4, "one")], after(4)),
    topics.append(number, [block(4, "other")], after(4)),
  ]);
  assertEquals(race.filter((won) => won).length, 1);
  assertEquals((await topics.head(number))?.length, 4);
  const messages = (await Array.fromAsync(topics.blocks(number))).flatMap(({ messages }) => messages);
  assertEquals(messages.slice(0, 3), ["x", "y", "z"]);
  assertEquals(messages.length, 4);
});

Deno.test("blocks come in the order of their numbers, not of their digits", async () => {
  using store = await openEngine(":memory:");
  const topics = new TopicRepository(store);
  const number = await topics.create("a", head);
  for (let first = 1; first <= 120; first += 1) {
    await topics.append(number, [block(first, `${first}`)], after(first));
  }
  const firsts = (await Array.fromAsync(topics.blocks(number))).map(({ first }) => first);
  assertEquals(firsts, Array.from({ length: 120 }, (_, index) => index + 1));
});

Deno.test("a topic of many blocks is read whole and in order, whatever they hold", async () => {
  using store = await openEngine(":memory:");
  const topics = new TopicRepository(store);
  for (const blocks of [0, 1, 3, 4, 5, 8, 11]) {
    const number = await topics.create(`with ${blocks}`, head);
    const all = Array.from({ length: blocks }, (_, index) => block(1 + 2 * index, `${index}`, "and more"));
    if (blocks > 0) assertEquals(await topics.append(number, all, after(2 * blocks)), true);
    assertEquals(await Array.fromAsync(topics.blocks(number)), all);
  }
});
