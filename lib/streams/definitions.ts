import { streamNames, streams } from "../protocol/mod.ts";
import type { StreamDefinition } from "./definition.ts";
import { marketsHealthStream } from "./markets_health.ts";
import { networkMetricsStream } from "./network_metrics.ts";
import { peersStream } from "./peers.ts";
import { plainStream } from "./plain_stream.ts";
import { receiptsStream } from "./receipts.ts";

/** Streams whose values are made of several answers, or not of all of one. */
const made = [networkMetricsStream, marketsHealthStream, receiptsStream, peersStream];

/** The streams that `welcome` names, in that order. */
export const streamDefinitions: readonly StreamDefinition[] = streamNames.map((name) =>
  made.find((definition) => definition.name === name) ?? plainStream(name, streams[name])
);
