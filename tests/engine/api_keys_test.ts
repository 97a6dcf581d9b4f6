import { assertEquals } from "@std/assert";
import { ApiKeyRepository, openEngine } from "../../lib/engine/mod.ts";

Deno.test("API keys are listed until they are deleted", async () => {
  using store = await openEngine(":memory:");
  const repository = new ApiKeyRepository(store);
  const record = (id: string) => ({ id, name: id, hash: `hash of ${id}`, createdAt: 1 });
  await repository.put(record("a"));
  await repository.put(record("b"));
  assertEquals(await repository.list(), [record("a"), record("b")]);
  await repository.delete("a");
  await repository.delete("c");
  assertEquals(await repository.list(), [record("b")]);
});
