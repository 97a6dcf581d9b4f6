/**
 * Logging that is cheap, safe against what clients send, and silent about secrets; and counts of what goes on.
 * @module
 */
export type { Logger } from "@logtape/logtape";
export { Activity } from "./activity.ts";
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
export { isSecretName, mask } from "./mask.ts";
export { escapeControls } from "./safe_text.ts";
export { Throttle } from "./throttle.ts";
