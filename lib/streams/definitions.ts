import { fits, type StreamEntry, type StreamName, streamNames, streams } from "../protocol/mod.ts";
import { latestOf, type StreamDefinition } from "./definition.ts";
import { marketsHealthSource } from "./markets_health.ts";
import { networkMetricsSource } from "./network_metrics.ts";
import { peersSource } from "./peers.ts";
import { receiptsSource } from "./receipts.ts";
import { nonsense } from "./rpc_messages.ts";

/** Sources of streams whose values are made of several answers, or not of all of one. */
const sources: Partial<Record<StreamName, StreamDefinition["open"]>> = {
  network_metrics: networkMetricsSource,
  markets_health: marketsHealthSource,
  receipts: receiptsSource,
  peers: peersSource,
};

/** A stream that carries what its method of the node answers, as it is. Throws a TypeError for one without a method. */
export function plainStream(name: string, { period, data, method }: StreamEntry): StreamDefinition {
  if (method === undefined) throw new TypeError(`Stream ${name} has neither a source nor a method`);
  return {
    name,
    period,
    open: (node) =>
      latestOf(async () => {
        const answer = await node.call(method);
        if (!fits(data, answer)) throw nonsense(method, "expected the fields of its stream");
        return answer;
      }),
  };
}

/** The streams that `welcome` names, in that order. */
export const streamDefinitions: readonly StreamDefinition[] = streamNames.map((name) => {
  const open = sources[name];
  return open === undefined ? plainStream(name, streams[name]) : { name, period: streams[name].period, open };
});
