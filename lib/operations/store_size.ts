import { type Engine, storeFiles } from "../engine/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import type { FreeSpace } from "./free_space.ts";

/** Milliseconds for which what a database said of its size is good. */
const goodFor = 5000;

/** What a store is in. */
type StoreKind = "file" | "database" | "memory";

/** What a {@link StoreSize} works with. */
interface StoreSizeOptions {
  readonly location: string;
  /** Of the disk of its files. */
  readonly space: FreeSpace;
  readonly clock: Clock;
  readonly engine: Pick<Engine, "tableBytes">;
}

/** How large a store is, and what room there is for it. */
export class StoreSize {
  readonly kind: StoreKind;
  readonly #files: readonly string[];
  readonly #options: StoreSizeOptions;
  #answer: number | undefined;
  #askedAt = -Infinity;
  #asking: Promise<void> | undefined;

  constructor(options: StoreSizeOptions) {
    const { location } = options;
    this.#options = options;
    this.#files = storeFiles(location);
    this.kind = this.#files.length > 0 ? "file" : location === ":memory:" ? "memory" : "database";
  }

  /** Of its files together, or of a database as it was last asked; undefined where nobody knows. */
  get bytes(): number | undefined {
    if (this.kind === "file") return this.#files.reduce((sum, file) => sum + sizeOf(file), 0);
    return this.#answer;
  }

  /** The same, where a database is asked first, unless it just was. Never rejects. */
  async look(): Promise<number | undefined> {
    const { clock } = this.#options;
    if (this.kind === "database" && clock.elapsed() - this.#askedAt >= goodFor) {
      this.#asking ??= this.#ask().finally(() => this.#asking = undefined);
      await this.#asking;
    }
    return this.bytes;
  }

  /** Bytes that are free on its disk; undefined where nobody knows. */
  get free(): number | undefined {
    return this.#options.space.free;
  }

  /** Bytes of those that shall stay free. */
  get least(): number {
    return this.#options.space.least;
  }

  async #ask(): Promise<void> {
    const { engine, clock } = this.#options;
    // Where it cannot be asked, health says so.
    this.#answer = await engine.tableBytes().catch(() => undefined);
    this.#askedAt = clock.elapsed();
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
