import { storeFiles } from "../engine/mod.ts";
import type { FreeSpace } from "./free_space.ts";

/** What a store is in. */
export type StoreKind = "file" | "database" | "memory";

/** How large a store is, and what room there is for it. */
export class StoreSize {
  readonly kind: StoreKind;
  readonly #files: readonly string[];
  readonly #space: FreeSpace;

  constructor(location: string, space: FreeSpace) {
    this.#files = storeFiles(location);
    this.#space = space;
    this.kind = this.#files.length > 0 ? "file" : location === ":memory:" ? "memory" : "database";
  }

  /** Of its files together; undefined where it is in none. */
  get bytes(): number | undefined {
    if (this.#files.length === 0) return undefined;
    return this.#files.reduce((sum, file) => sum + sizeOf(file), 0);
  }

  /** Bytes that are free on its disk; undefined where nobody knows. */
  get free(): number | undefined {
    return this.#space.free;
  }

  /** Bytes of those that shall stay free. */
  get least(): number {
    return this.#space.least;
  }
}

function sizeOf(file: string): number {
  try {
    return Deno.statSync(file).size;
  } catch {
    // Its log comes and goes; that the store itself is gone others complain of.
    return 0;
  }
}
