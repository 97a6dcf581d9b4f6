import { damageOf, openEngine, PredictionRepository } from "../engine/mod.ts";
import { ReceiptWalk, type StoreReport } from "./receipt_walk.ts";
import type { Progress } from "./progress.ts";
import { assertStoreIsThere } from "./store_missing.ts";

/**
 * Verifies a store, in use or not: the pages of its file, and all that was accepted.
 *
 * @throws {StoreMissing} where there is none
 */
export async function verifyStore(location: string, progress?: Progress): Promise<StoreReport> {
  assertStoreIsThere(location);
  try {
    const damage = damageOf(location);
    if (damage !== undefined) return notSound(`the file is damaged: ${damage}`);
    using engine = await openEngine(location);
    return await new ReceiptWalk(new PredictionRepository(engine)).run(progress);
  } catch (error) {
    return notSound((error as Error).message);
  }
}

/** The report of a store that nothing more can be said of. */
function notSound(fault: string): StoreReport {
  return { sound: false, receipts: 0, first: 0, last: 0, miners: 0, faults: [fault], faultCount: 1 };
}
