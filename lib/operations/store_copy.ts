import { dirname } from "node:path";
import {
  copyStoreFile,
  damageOf,
  type Engine,
  makePrivateFile,
  openEngine,
  PredictionRepository,
  settleStoreFile,
  storeFiles,
} from "../engine/mod.ts";
import { type Progress, ReceiptWalk, type StoreReport } from "./receipt_walk.ts";

/** How a copy is made. */
interface CopyOptions {
  readonly from: string;
  /** Beside the copy that is verified, under another name, until it takes this one. */
  readonly to: string;
  readonly progress: Progress | undefined;
  /** Writes to the copy, once it is known to be sound. */
  readonly prepare?: (engine: Engine, report: StoreReport) => Promise<void>;
}

/**
 * A copy of a store in one file, verified, which has no name yet: {@link keep} gives it its name, and what has none is
 * removed in the end.
 */
export class StoreCopy implements Disposable {
  readonly #path: string;
  readonly #to: string;

  private constructor(path: string, to: string, readonly report: StoreReport) {
    this.#path = path;
    this.#to = to;
  }

  /** Throws an error that says what is wrong where the store, or the copy, is not sound. */
  static async make({ from, to, progress, prepare }: CopyOptions): Promise<StoreCopy> {
    const path = `${to}.${crypto.randomUUID().slice(0, 8)}.partial`;
    try {
      makePrivateFile(path);
      copyStoreFile(from, path);
      const report = await verified(path, progress, prepare);
      settleStoreFile(path);
      return new StoreCopy(path, to, report);
    } catch (error) {
      removeStore(path);
      throw error;
    }
  }

  /** Takes its name, and the place of what had it. */
  keep(): void {
    Deno.renameSync(this.#path, this.#to);
    if (Deno.build.os === "windows") return;
    // The name is on the disk once its folder is.
    using folder = Deno.openSync(dirname(this.#to));
    folder.syncSync();
  }

  [Symbol.dispose](): void {
    removeStore(this.#path);
  }
}

async function verified(
  path: string,
  progress: Progress | undefined,
  prepare: CopyOptions["prepare"],
): Promise<StoreReport> {
  const damage = damageOf(path);
  if (damage !== undefined) throw new Error(`The copy is damaged: ${damage}`);
  using engine = await openEngine(path);
  const report = await new ReceiptWalk(new PredictionRepository(engine)).run(progress);
  if (!report.sound) {
    const more = report.faultCount > 1 ? ` (and ${report.faultCount - 1} more: heliograph store verify)` : "";
    throw new Error(`The store is not sound: ${report.faults[0]}${more}`);
  }
  await prepare?.(engine, report);
  return report;
}

/** Removes a store's files, those that there are. */
function removeStore(location: string): void {
  removeFiles(storeFiles(location));
}

/** Removes the log of a store that nobody uses: to another file with that name it would not belong. */
export function removeLog(location: string): void {
  removeFiles(storeFiles(location).slice(1));
}

function removeFiles(paths: readonly string[]): void {
  for (const path of paths) {
    try {
      Deno.removeSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}
