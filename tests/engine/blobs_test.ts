import { assertEquals, assertRejects } from "@std/assert";
import { blobPieceSize, BlobRepository, openEngine } from "../../lib/engine/mod.ts";

async function ids(blobs: BlobRepository): Promise<string[]> {
  return (await Array.fromAsync(blobs.claims())).map(({ id }) => id);
}

Deno.test("a blob of many pieces is read back, and removed to the last piece", async () => {
  using store = await openEngine(":memory:");
  const blobs = new BlobRepository(store);
  const pieces = Array.from({ length: 25 }, (_, index) => new Uint8Array(blobPieceSize).fill(index));
  const large = await blobs.open("large", "1");
  await blobs.write(large, 0, pieces);
  await blobs.write(large, 25, [new Uint8Array([7])]);
  await blobs.write(await blobs.open("other", "1"), 0, [new Uint8Array([1])]);
  for (const index of [0, 9, 10, 24]) assertEquals(await blobs.piece("large", index), pieces[index]);
  assertEquals(await blobs.piece("large", 25), new Uint8Array([7]));
  assertEquals(await blobs.piece("large", 26), null);
  assertEquals(await ids(blobs), ["large", "other"]);
  await blobs.remove("large");
  assertEquals(await ids(blobs), ["other"]);
  assertEquals((await Array.fromAsync(store.list({ prefix: ["blob_pieces"] }))).length, 1);
});

Deno.test("a blob that was opened and never written is known, so that it can be removed", async () => {
  using store = await openEngine(":memory:");
  const blobs = new BlobRepository(store);
  await blobs.open("empty", "1");
  assertEquals(await ids(blobs), ["empty"]);
  await blobs.remove("empty");
  await blobs.remove("never there");
  assertEquals(await ids(blobs), []);
});

Deno.test("a blob is written by whoever claimed it last", async () => {
  using store = await openEngine(":memory:");
  const blobs = new BlobRepository(store);
  const first = await blobs.open("a", "1");
  const second = await blobs.open("a", "2");
  assertEquals(await blobs.seize(first, "3"), false);
  await assertRejects(() => blobs.write(first, 0, [new Uint8Array([1])]), Error, "another server");
  assertEquals(await blobs.piece("a", 0), null);
  await blobs.write(second, 0, [new Uint8Array([2])]);
  assertEquals(await blobs.piece("a", 0), new Uint8Array([2]));
  assertEquals(await blobs.seize(second, "3"), true);
  await assertRejects(() => blobs.write(second, 1, [new Uint8Array([3])]), Error, "another server");
});
