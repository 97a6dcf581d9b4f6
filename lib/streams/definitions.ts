import { type StreamName, streamNames, streams } from "../protocol/mod.ts";
import type { StreamDefinition } from "./definition.ts";
import { marketsHealthSource } from "./markets_health.ts";
import { networkMetricsSource } from "./network_metrics.ts";
import { peersSource } from "./peers.ts";
import { plainStream } from "./plain_stream.ts";
import { receiptsSource } from "./receipts.ts";

/** Sources of streams whose values are made of several answers, or not of all of one. */
const sources: Partial<Record<StreamName, StreamDefinition["open"]>> = {
  network_metrics: networkMetricsSource,
  markets_health: marketsHealthSource,
  receipts: receiptsSource,
  peers: peersSource,
};

/** The streams that `welcome` names, in that order. */
export const streamDefinitions: readonly StreamDefinition[] = streamNames.map((name) => {
  const open = sources[name];
  return open === undefined ? plainStream(name, streams[name]) : { name, period: streams[name].period, open };
});
