import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { InscriptionError, type Inscriptions, LedgerError } from "../../lib/inscriptions/mod.ts";
import type { StoredFile, TopicBlock, TopicHead } from "../../lib/engine/mod.ts";
import { bytesOf, completed, noise, openDesk, present, request, utf8 } from "./harness.ts";

const key = "key-1";

async function inscribe(inscriptions: Inscriptions, more: Record<string, unknown> = {}, owner = key) {
  const { jobId } = await inscriptions.inscribe(owner, request(utf8("text"), more));
  return await completed(inscriptions, owner, jobId);
}

Deno.test("completed inscriptions have numbers without gaps, and failed ones none", async () => {
  await using desk = await openDesk();
  const { inscriptions } = desk;
  const ids: string[] = [];
  for (let count = 0; count < 8; count += 1) {
    ids.push((await inscriptions.inscribe(`key-${count % 3}`, request(noise(5000)))).jobId);
  }
  await Promise.all(ids.map((id, index) => completed(inscriptions, `key-${index % 3}`, id)));
  const numbers = async (query: Record<string, string>) =>
    (await inscriptions.numbers(query)).map((each) => each.inscription_number);
  assertEquals(await numbers({ sort: "asc" }), [1, 2, 3, 4, 5, 6, 7, 8]);
  assertEquals(await numbers({}), [8, 7, 6, 5, 4, 3, 2, 1]);
  assertEquals(await numbers({ sort: "desc", limit: "3" }), [8, 7, 6]);
  assertEquals(await numbers({ inscriptionNumber: "5" }), [5]);
  assertEquals(await numbers({ inscriptionNumber: "9" }), []);
  for (const token of [{ ht_id: "0.0.5" }, { sn: "1" }, { ht_id: "0.0.5", sn: "1", random: "1" }]) {
    assertEquals(await numbers(token), []);
  }
  const random = await numbers({ random: "true", limit: "5" });
  assertEquals(new Set(random).size, 5);
  assertEquals((await numbers({ random: "1", limit: "100" })).sort(), [1, 2, 3, 4, 5, 6, 7, 8]);
  assertEquals((await numbers({ random: "true" })).length, 1);
  for (
    const wrong of [{ sort: "up" }, { limit: "0" }, { limit: "-1" }, { inscriptionNumber: "x" }, {
      random: "maybe",
    }]
  ) {
    await assertRejects(() => inscriptions.numbers(wrong), InscriptionError, "Invalid query");
  }
});

Deno.test("an inscription in the numbered sequence shows what is on the ledger, and nothing of its key", async () => {
  await using desk = await openDesk();
  const { inscriptions } = desk;
  const { topicId } = await inscribe(inscriptions, {
    mode: "hashinal",
    metadataObject: { name: "One" },
    file: { fileName: "one.txt" },
  });
  const plain = await inscribe(inscriptions, { creator: "Ada", file: { fileName: "two.txt" } });
  const [first, second] = await inscriptions.numbers({ sort: "asc" });
  assertEquals([first?.t_id, first?.p, first?.op, first?.image], [
    topicId,
    "hcs-5",
    "mint",
    `hcs://1/${topicId}`,
  ]);
  assertEquals([first?.json["name"], first?.json["image"]], ["One", `hcs://1/${topicId}`]);
  assertEquals([second?.t_id, second?.p, second?.mimetype, second?.account_id], [
    plain.topicId,
    "hcs-1",
    "text/plain",
    1234,
  ]);
  assertEquals([second?.json["name"], second?.json["creator"]], ["two.txt", "Ada"]);
  assertMatch(second?.created_timestamp ?? "", /^\d{10}\.\d{9}$/);
  const shown = JSON.stringify([first, second]);
  assert(!shown.includes(plain.jobId) && !shown.includes(plain.tx_id) && !shown.includes(key));
});

Deno.test("a holder's inscriptions come newest first and by pages", async () => {
  await using desk = await openDesk();
  const { inscriptions, clock } = desk;
  const ids: string[] = [];
  for (let count = 0; count < 5; count += 1) {
    ids.unshift((await inscribe(inscriptions, { holderId: "0.0.7" })).jobId);
    if (count % 2 === 0) await clock.advance(1000);
  }
  await inscribe(inscriptions, { holderId: "0.0.77" });
  await inscribe(inscriptions, { holderId: "0.0.7" }, "key-2");
  const page = async (query: Record<string, string>) =>
    (await inscriptions.holder(key, { holderId: "0.0.7", ...query })).map(({ id }) => id);
  const all = await page({});
  assertEquals(all.toSorted(), ids.toSorted());
  const [first = [], second = [], third = []] = [
    await page({ limit: "2" }),
    await page({ limit: "2", before: all[1] ?? "" }),
    await page({ limit: "2", before: all[3] ?? "" }),
  ];
  assertEquals([...first, ...second, ...third], all);
  for (
    const wrong of [{}, { holderId: "me" }, { holderId: "0.0.7", limit: "0" }, {
      holderId: "0.0.7",
      limit: "9999",
    }]
  ) {
    await assertRejects(() => inscriptions.holder(key, wrong), InscriptionError, "Invalid query");
  }
});

Deno.test("a file whose topic is damaged never comes out whole", async () => {
  await using desk = await openDesk();
  const { inscriptions, store } = desk;
  const bytes = noise(300_000);
  const { jobId } = await inscriptions.inscribe(key, request(bytes));
  const { topicId } = await completed(inscriptions, key, jobId);
  const blocks = await Array.fromAsync(store.list<TopicBlock>({ prefix: ["topic_blocks"] }));
  for (const at of [0, Math.floor(blocks.length / 2), blocks.length - 1]) {
    const { key, value } = present(blocks[at]);
    const message = present(value.messages[1]);
    const forged = message.replace(/(.)"\}$/, (_, last) => `${last === "A" ? "B" : "A"}"}`);
    await store.set(key, { ...value, messages: value.messages.with(1, forged) });
    await assertRejects(() => bytesOf(inscriptions, topicId), LedgerError, "running hash");
    await store.set(key, value);
  }
  assertEquals(await bytesOf(inscriptions, topicId), bytes);
});

Deno.test("a topic that holds another file than its memo says is refused before the first byte", async () => {
  await using desk = await openDesk();
  const { inscriptions, store } = desk;
  const { topicId } = await inscribe(inscriptions);
  const number = Number(topicId.split(".").pop());
  const head = present(await store.get<TopicHead>(["topics", number]));
  const file = present(await store.get<StoredFile>(["inscription_topics", topicId]));
  const hash = "0".repeat(64);
  await store.set(["topics", number], { ...head, memo: head.memo.replace(file.hash, hash) });
  await assertRejects(() => inscriptions.content(topicId), LedgerError, "memo");
  await store.set(["inscription_topics", topicId], { ...file, hash });
  await assertRejects(() => inscriptions.content(topicId), LedgerError, "hash");
});

Deno.test("a reader that leaves early leaves nothing open", async () => {
  const left = Promise.withResolvers<void>();
  let readers = 1;
  const onLeave = () => {
    readers -= 1;
    left.resolve();
  };
  await using desk = await openDesk({ disturb: { onLeave } });
  const { inscriptions } = desk;
  const { jobId } = await inscriptions.inscribe(key, request(noise(1_000_000)));
  const { topicId } = await completed(inscriptions, key, jobId);
  const { body } = present(await inscriptions.content(topicId));
  const reader = body.getReader();
  await reader.read();
  assertEquals(readers, 1);
  await reader.cancel();
  await left.promise;
  assertEquals(readers, 0);
});
