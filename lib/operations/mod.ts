/**
 * What operators see and do: whether a server is well and what it does, and with a store beside serving: verify it, export
 * and prune what was accepted, make backups and restore them.
 * @module
 */
export { type Alert } from "./alerts/alert_book.ts";
export { type AlertRule, alertRules, descriptionOf, type OutsideRule, outsideRules } from "./alerts/rules.ts";
export { milliseconds } from "./alerts/expression.ts";
export { filled, prometheusTemplate } from "./alerts/template.ts";
export { type Delivery } from "./alerts/webhook.ts";
export { activityDefinition } from "./activity_stream.ts";
export { backupStore, restoreStore } from "./backup_store.ts";
export { type Backup, BackupRefused, Backups, type BackupUnderWay, type NoBackup } from "./backups.ts";
export { copyStore } from "./copy_store.ts";
export { exportCsv, exportNdjson, exportPredictions } from "./export_predictions.ts";
export { ConsoleService } from "./console_service.ts";
export { type ConsoleSession, idleTime, type Login } from "./console_sessions.ts";
export { type OperatorEvent } from "./event_feed.ts";
export { FigureRecorder } from "./figure_recorder.ts";
export { FreeSpace } from "./free_space.ts";
export { Health } from "./health.ts";
export { type Prunable, pruneStore } from "./prune_store.ts";
export { type Progress, type StoreReport, verifyStore } from "./receipt_walk.ts";
export { readMetrics } from "./read_metrics.ts";
export { Retention } from "./retention.ts";
export { type SeenConnection, Servers } from "./servers.ts";
export { tellFigures } from "./tell_figures.ts";
export { StoreSize } from "./store_size.ts";
export { StoreMissing } from "./store_missing.ts";
