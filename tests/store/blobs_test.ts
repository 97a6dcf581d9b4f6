import { assertEquals } from "@std/assert";
import { blobPieceSize, BlobRepository, openDatabase } from "../../lib/store/mod.ts";

Deno.test("a blob of many pieces is read back, and removed to the last piece", async () => {
  using database = await openDatabase(":memory:");
  const blobs = new BlobRepository(database);
  const pieces = Array.from({ length: 25 }, (_, index) => new Uint8Array(blobPieceSize).fill(index));
  await blobs.open("large");
  await blobs.write("large", 0, pieces);
  await blobs.write("large", 25, [new Uint8Array([7])]);
  await blobs.open("other");
  await blobs.write("other", 0, [new Uint8Array([1])]);
  for (const index of [0, 9, 10, 24]) assertEquals(await blobs.piece("large", index), pieces[index]);
  assertEquals(await blobs.piece("large", 25), new Uint8Array([7]));
  assertEquals(await blobs.piece("large", 26), null);
  assertEquals(await blobs.ids(), ["large", "other"]);
  await blobs.remove("large");
  assertEquals(await blobs.ids(), ["other"]);
  assertEquals((await Array.fromAsync(database.list({ prefix: ["blob_pieces"] }))).length, 1);
});

Deno.test("a blob that was opened and never written is known, so that it can be removed", async () => {
  using database = await openDatabase(":memory:");
  const blobs = new BlobRepository(database);
  await blobs.open("empty");
  assertEquals(await blobs.ids(), ["empty"]);
  await blobs.remove("empty");
  await blobs.remove("never there");
  assertEquals(await blobs.ids(), []);
});
