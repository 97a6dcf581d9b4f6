/**
 * What operators do with a store beside serving: verify it and export what was accepted.
 * @module
 */
export { exportCsv, exportNdjson, exportPredictions } from "./export_predictions.ts";
export type { Progress } from "./progress.ts";
export type { StoreReport } from "./receipt_walk.ts";
export { StoreMissing } from "./store_missing.ts";
export { verifyStore } from "./verify_store.ts";
