/**
 * Logging that is cheap, safe against what clients send, and silent about secrets; and counts of what goes on.
 * @module
 */
export { Activity, Traffic } from "./activity.ts";
export { buildInfo } from "./build_info.ts";
export { Distribution, mean, median, percentile, stopwatch } from "./statistics.ts";
export {
  FigureHistory,
  type FigureSeries,
  type FigureValues,
  type HistoryPage,
  type HistoryRange,
  historyRanges,
  ranges,
} from "./figure_history.ts";
export { type FigureName, figureNames, figures, gatewayFigures, networkFigures } from "./figures.ts";
export { exposeMetrics } from "./exposition.ts";
export {
  connectionStates,
  families,
  type GatewayStatus,
  labelOf,
  openJobStatuses,
  streamLabels,
} from "./label_values.ts";
export { configureLogging, flushLogs, logger, loggingTo } from "./logging.ts";
export { LoopLag } from "./loop_lag.ts";
export { escapeControls, isSecretName } from "./mask.ts";
export type { MetricDefinition } from "./metric_definition.ts";
export { type MetricName, metricNames, type MetricReadings, metricTable } from "./metric_table.ts";
export { type Labels, type Sample, samplesOf } from "./samples.ts";
export { Throttle } from "./throttle.ts";
