import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Bytes of the heap that are in use once garbage is collected. */
export function collectedHeap(): number {
  collectGarbage();
  return Deno.memoryUsage().heapUsed;
}
