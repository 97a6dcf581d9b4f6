import type { StreamDefinition } from "./definition.ts";
import { marketsHealthStream } from "./markets_health.ts";
import { networkMetricsStream } from "./network_metrics.ts";
import { peersStream } from "./peers.ts";
import { receiptsStream } from "./receipts.ts";

/** The streams that `welcome` names, in that order. */
export const streamDefinitions: readonly StreamDefinition[] = [
  networkMetricsStream,
  marketsHealthStream,
  receiptsStream,
  peersStream,
];
