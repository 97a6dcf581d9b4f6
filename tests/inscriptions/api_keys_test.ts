import { assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { InscriptionError } from "../../lib/inscriptions/mod.ts";
import { ApiKeys } from "../../lib/inscriptions/api_keys.ts";
import { ApiKeyRepository, type Engine, Followers, openEngine } from "../../lib/engine/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { completed, openDesk, request, utf8 } from "./harness.ts";

async function openKeys(store: Engine, clock = new FakeClock()): Promise<ApiKeys> {
  const followers = new Followers({ log: store.log, clock });
  const keys = new ApiKeys({ repository: new ApiKeyRepository(store), followers, clock });
  await keys.load();
  return keys;
}

Deno.test("a key is shown once, and proves who shows it from then on, after a restart too", async () => {
  using store = await openEngine(":memory:");
  const keys = await openKeys(store);
  const { id, name, key } = await keys.create("studio");
  assertMatch(key, /^hg_[\w-]{43}$/);
  assertEquals(keys.verify(key), { id, name: "studio" });
  assertEquals((await openKeys(store)).verify(key), { id, name });
  assertNotEquals((await keys.create("studio")).key, key);
});

Deno.test("nothing of a key is stored but its hash", async () => {
  using store = await openEngine(":memory:");
  const { key } = await (await openKeys(store)).create("studio");
  const stored = JSON.stringify(await Array.fromAsync(store.list({ prefix: [] })));
  assertEquals(stored.includes(key) || stored.includes(key.slice(3)), false);
});

Deno.test("whatever is not a key is nobody's", async () => {
  using store = await openEngine(":memory:");
  const keys = await openKeys(store);
  const { id, key } = await keys.create("studio");
  const { hash } = (await new ApiKeyRepository(store).list())[0] ?? {};
  for (
    const wrong of [
      "",
      "hg_",
      id,
      hash,
      `${key} `,
      key.slice(0, -1),
      key.toUpperCase(),
      null,
      undefined,
      7,
      [key],
      { key },
      "x".repeat(1e6),
    ]
  ) {
    assertEquals(keys.verify(wrong), null);
  }
});

Deno.test("a revoked key stops at once, for good, and those who keep something open for it are told", async () => {
  using store = await openEngine(":memory:");
  const keys = await openKeys(store);
  const { id, key } = await keys.create("studio");
  const other = await keys.create("other");
  const told: string[] = [];
  const stop = keys.onRevoked((id) => {
    told.push(id);
    assertEquals(keys.verify(key), null);
  });
  assertEquals(await keys.revoke(id), true);
  assertEquals(await keys.revoke(id), false);
  assertEquals(told, [id]);
  assertEquals((await openKeys(store)).verify(key), null);
  stop();
  await keys.revoke(other.id);
  assertEquals(told, [id]);
});

Deno.test("keys are listed without anything secret, oldest first", async () => {
  using store = await openEngine(":memory:");
  const clock = new FakeClock();
  const keys = await openKeys(store, clock);
  const first = await keys.create("zebra");
  await clock.advance(1000);
  const second = await keys.create("ant");
  assertEquals(await (await openKeys(store)).list(), [
    { id: first.id, name: "zebra", created_at: "2026-11-21T08:00:00.000Z", last_used_at: null },
    { id: second.id, name: "ant", created_at: "2026-11-21T08:00:01.000Z", last_used_at: null },
  ]);
});

Deno.test("a key needs a name that can be read", async () => {
  using store = await openEngine(":memory:");
  const keys = await openKeys(store);
  for (const name of ["", "   ", "a\nb", "x".repeat(101), null, 7, {}]) {
    const { code } = await assertRejects(() => keys.create(name), InscriptionError);
    assertEquals(code, "invalid_request");
  }
  await keys.create("Größe 7 🎨");
});

Deno.test("with a key goes what was of use to it alone, and nothing that others can see", async () => {
  await using desk = await openDesk();
  const { inscriptions, store } = desk;
  const [gone, other] = [await inscriptions.keys.create("gone"), await inscriptions.keys.create("other")];
  const body = request(utf8("stays"), { requestId: "order-1" });
  for (const { id } of [gone, other]) {
    const { jobId } = await inscriptions.inscribe(id, body);
    await completed(inscriptions, id, jobId);
  }
  const owners = async (index: string) =>
    (await Array.fromAsync(store.list({ prefix: [index] }))).map(({ key }) => key[1]);
  assertEquals((await owners("holder_jobs")).length, 2);
  await inscriptions.keys.revoke(gone.id);
  assertEquals([await owners("holder_jobs"), await owners("job_requests")], [[other.id], [other.id]]);
  assertEquals((await inscriptions.numbers({})).length, 2);
});
