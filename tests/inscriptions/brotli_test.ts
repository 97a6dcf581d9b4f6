import { assert, assertEquals } from "@std/assert";
import { Brotli } from "../../lib/inscriptions/brotli.ts";
import { collectedHeap } from "../helpers/collected_heap.ts";

Deno.test("a compressor keeps nothing of the pieces that went through it", async () => {
  const brotli = Brotli.compressor();
  const piece = new Uint8Array(1);
  const write = async (times: number) => {
    for (let written = 0; written < times; written += 1) await brotli.write(piece);
  };
  await write(1000);
  const before = collectedHeap();
  await write(10_000);
  const kept = (collectedHeap() - before) / 10_000;
  brotli.close();
  assert(kept < 50, `${kept} bytes kept of each piece`);
});

Deno.test("what was compressed comes out again", async () => {
  const compressor = Brotli.compressor();
  const text = new TextEncoder().encode("to and fro ".repeat(1000));
  const compressed = [...await compressor.write(text), ...await compressor.end()];
  const decompressor = Brotli.decompressor();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (const piece of compressed) {
    for (const part of await decompressor.write(piece)) parts.push(part.slice());
  }
  for (const part of await decompressor.end()) parts.push(part.slice());
  assertEquals(new Uint8Array(await new Blob(parts).arrayBuffer()), text);
});
