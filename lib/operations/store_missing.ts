import { isFile } from "../engine/mod.ts";

/** There is no store there to be worked on. */
export class StoreMissing extends Error {
  override readonly name = "StoreMissing";
}

/** Throws {@link StoreMissing} where no store is: opening would make one. */
export function assertStoreIsThere(location: string): void {
  if (location === ":memory:") throw new StoreMissing("A store in memory is gone with its server");
  if (!isFile(location)) return;
  try {
    if (Deno.statSync(location).isFile) return;
  } catch (cause) {
    throw new StoreMissing(`Cannot find the store ${location}: ${(cause as Error).message}`, { cause });
  }
  throw new StoreMissing(`${location} is no file`);
}
