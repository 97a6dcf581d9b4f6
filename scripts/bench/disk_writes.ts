import { sleep, systemClock } from "../../lib/protocol/mod.ts";

/** What the commit of one prediction writes to the store's log: some 24 pages. */
const bytes = new Uint8Array(24 * 4096);

/** Milliseconds that each of so many writes takes until it is on the disk, at most so many a second. */
export async function diskWrites(count: number, rate: number): Promise<number[]> {
  const path = await Deno.makeTempFile({ prefix: "heliograph-bench-" });
  using file = await Deno.open(path, { write: true });
  await Deno.remove(path);
  const latencies: number[] = [];
  for (const start = performance.now(); latencies.length < count;) {
    await sleep(systemClock, start + 1000 * latencies.length / rate - performance.now());
    const before = performance.now();
    await file.write(bytes);
    await file.syncData();
    latencies.push(performance.now() - before);
  }
  return latencies;
}
