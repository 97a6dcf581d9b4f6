import { type PolledDeclaration, valueCheck } from "../protocol/mod.ts";
import { latestOf, type StreamDefinition } from "./definition.ts";
import { isRecord, nonsense } from "./rpc_messages.ts";

/** A stream that the operator has declared, and that is polled from the node. */
export function ownPolledStream(
  { name, period, method, params, path, schema }: PolledDeclaration,
): StreamDefinition {
  const check = valueCheck(schema);
  return {
    name,
    period: 1000 * period,
    open: (node) =>
      latestOf(async () => {
        const found = follow(await node.call(method, params), path);
        if (found === undefined) throw nonsense(method, `expected something at ${path}`);
        // A stream carries objects; much of what nodes answer is a number or a list.
        const value = isRecord(found) ? found : { value: found };
        const fault = check(value);
        if (fault !== undefined) throw nonsense(method, fault);
        return value;
      }),
  };
}

/** What is at a path of names and places in a value; undefined where there is nothing. */
function follow(value: unknown, path: string | undefined): unknown {
  const steps = path?.split(".") ?? [];
  return steps.reduce<unknown>((at, step) => {
    const isThere = typeof at === "object" && at !== null && Object.hasOwn(at, step);
    return isThere ? Reflect.get(at, step) : undefined;
  }, value);
}
