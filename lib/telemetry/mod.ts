/**
 * Logging that is cheap, safe against what clients send, and silent about secrets; and counts of what goes on.
 * @module
 */
export type { Logger } from "@logtape/logtape";
export { Activity, Traffic } from "./activity.ts";
export { type BuildInfo, buildInfo } from "./build_info.ts";
export { Distribution } from "./distribution.ts";
export { exposeMetrics, type Exposition, type MetricsFormat } from "./exposition.ts";
export {
  connectionStates,
  engineTransports,
  families,
  labelOf,
  openJobStatuses,
  streamLabels,
} from "./label_values.ts";
export { Latencies } from "./latencies.ts";
export {
  configureLogging,
  flushLogs,
  logger,
  type LoggingOptions,
  loggingTo,
  type OutputStream,
  resetLogging,
} from "./logging.ts";
export { LoopLag } from "./loop_lag.ts";
export { isSecretName, mask } from "./mask.ts";
export type { Label, MetricDefinition } from "./metric_definition.ts";
export { metricNames, type MetricReadings, metricTable } from "./metric_table.ts";
export { escapeControls } from "./safe_text.ts";
export { mean, median, percentile } from "./statistics.ts";
export { stopwatch } from "./stopwatch.ts";
export { Throttle } from "./throttle.ts";
