import { fits, type StreamEntry } from "../protocol/mod.ts";
import { latestOf, type StreamDefinition } from "./definition.ts";
import { nonsense } from "./rpc_messages.ts";

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
