import type { Durability } from "../protocol/mod.ts";

const levels: readonly Durability[] = ["memory", "disk", "replicated"];

/** Whether what is kept like this survives at least what `wanted` does. */
export function isEnough(durability: Durability, wanted: Durability): boolean {
  return levels.indexOf(durability) >= levels.indexOf(wanted);
}
