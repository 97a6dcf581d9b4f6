import { assertEquals } from "@std/assert";
import { ApiKeyRepository, openEngine } from "../../lib/engine/mod.ts";

Deno.test("API keys are listed until they are deleted", async () => {
  using store = await openEngine(":memory:");
  const repository = new ApiKeyRepository(store);
  const record = (id: string) => ({ id, name: id, hash: `hash of ${id}`, createdAt: 1 });
  await repository.change("a", () => record("a"));
  await repository.change("b", () => record("b"));
  assertEquals(await repository.list(), [record("a"), record("b")]);
  await repository.change("a", () => null);
  await repository.change("c", () => null);
  assertEquals(await repository.list(), [record("b")]);
});
