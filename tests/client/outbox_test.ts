import { assertEquals, assertRejects } from "@std/assert";
import { KvOutbox } from "../../lib/client/kv_outbox.ts";
import { MemoryOutbox, type Outbox } from "../../lib/client/mod.ts";

interface Opened extends AsyncDisposable {
  readonly outbox: Outbox;
}

function testOutbox(name: string, open: () => Promise<Opened>): void {
  Deno.test(`${name} gives back what was added, in its order`, async () => {
    await using opened = await open();
    const { outbox } = opened;
    const entries = [10, 2, 33].map((order) => ({ id: `p${order}`, text: `{"n": ${order}}`, order }));
    await Promise.all(entries.map((entry) => outbox.add(entry)));
    assertEquals((await outbox.entries()).map(({ order }) => order), [2, 10, 33]);
    assertEquals((await outbox.entries())[0], { id: "p2", text: '{"n": 2}', order: 2 });
  });

  Deno.test(`${name} forgets what was removed, and takes removing it twice`, async () => {
    await using opened = await open();
    const { outbox } = opened;
    const entry = { id: "p1", text: "{}", order: 1 };
    await outbox.add(entry);
    await outbox.remove(entry);
    await outbox.remove(entry);
    assertEquals(await outbox.entries(), []);
  });

  Deno.test(`${name} applies an addition and a removal of one turn in their order`, async () => {
    await using opened = await open();
    const { outbox } = opened;
    const entry = { id: "p1", text: "{}", order: 1 };
    await Promise.all([outbox.add(entry), outbox.remove(entry)]);
    assertEquals(await outbox.entries(), []);
  });

  Deno.test(`${name} keeps values by name`, async () => {
    await using opened = await open();
    const { outbox } = opened;
    assertEquals(await outbox.get("state"), undefined);
    await outbox.set("state", "one");
    await outbox.set("state", "two");
    assertEquals(await outbox.get("state"), "two");
    assertEquals(await outbox.entries(), []);
  });
}

async function openKv(): Promise<Opened> {
  const kv = await Deno.openKv(":memory:");
  return {
    outbox: new KvOutbox(kv, ["outbox", "miner", "ws://v.test/ws"]),
    [Symbol.asyncDispose]: () => Promise.resolve(kv.close()),
  };
}

testOutbox("MemoryOutbox", () => {
  return Promise.resolve({ outbox: new MemoryOutbox(), [Symbol.asyncDispose]: () => Promise.resolve() });
});
testOutbox("KvOutbox", openKv);

Deno.test("KvOutbox keeps more than one commit can hold", async () => {
  await using opened = await openKv();
  const text = "x".repeat(5000);
  const entries = Array.from({ length: 1200 }, (_, order) => ({ id: `p${order}`, text, order }));
  await Promise.all(entries.map((entry) => opened.outbox.add(entry)));
  assertEquals((await opened.outbox.entries()).map(({ id }) => id), entries.map(({ id }) => id));
});

Deno.test("KvOutbox refuses a prediction beyond what a value can hold, and keeps those beside it", async () => {
  await using opened = await openKv();
  const tooLarge = opened.outbox.add({ id: "large", text: "x".repeat(70_000), order: 1 });
  const fits = opened.outbox.add({ id: "small", text: "x".repeat(64_000), order: 2 });
  await assertRejects(() => tooLarge, RangeError, "Cannot keep prediction large: it has 70000 bytes");
  await fits;
  assertEquals((await opened.outbox.entries()).map(({ id }) => id), ["small"]);
});

Deno.test("KvOutbox outlives the process, apart from other miners and validators", async () => {
  const path = await Deno.makeTempFile({ suffix: ".db" });
  try {
    {
      using kv = await Deno.openKv(path);
      await new KvOutbox(kv, ["outbox", "miner", "one"]).add({ id: "p1", text: "{}", order: 1 });
      await new KvOutbox(kv, ["outbox", "miner", "two"]).add({ id: "p2", text: "{}", order: 1 });
    }
    using kv = await Deno.openKv(path);
    const left = await new KvOutbox(kv, ["outbox", "miner", "one"]).entries();
    assertEquals(left, [{ id: "p1", text: "{}", order: 1 }]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("KvOutbox.add() rejects when the database is gone", async () => {
  const kv = await Deno.openKv(":memory:");
  const outbox = new KvOutbox(kv, ["outbox"]);
  kv.close();
  await assertRejects(() => outbox.add({ id: "p1", text: "{}", order: 1 }));
});
