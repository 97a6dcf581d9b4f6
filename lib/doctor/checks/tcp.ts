import { type Check, type Context, fine, found, type Outcome, patience } from "../check.ts";
import { bounded } from "../dial.ts";
import type { FindingId } from "../findings.ts";
import type { Address } from "../net/network.ts";
import { TimedOut } from "../net/scope.ts";
import { codeOf, duration, reasonOf } from "../shown.ts";

/** How connecting to one address went. */
interface Try extends Address {
  /** Milliseconds; undefined: it failed. */
  readonly took: number | undefined;
  readonly error?: unknown;
}

/** Connects to each address of the name. */
export const tcp: Check = {
  id: "tcp",
  async run(context) {
    const { known, target: { port } } = context;
    const tries = await Promise.all((known.addresses ?? []).map((address) => attempt(context, address)));
    const good = tries.filter(({ took }) => took !== undefined);
    const bad = tries.filter(({ took }) => took === undefined);
    const [first] = good;
    if (first?.took === undefined) return nowhere(bad, port);
    known.address = first.address;
    const summary = `port ${port} accepts after ${duration(first.took)}`;
    const facts = { connect_ms: first.took, address: first.address };
    if (bad.length === 0) return fine(summary, facts);
    const detail = bad.map(({ address, error }) => `${address}: ${reasonOf(error)}`).join(", ");
    return found("tcp-partly", detail, { summary: `${summary}; not at ${detail}`, facts });
  },
};

async function attempt(context: Context, address: Address): Promise<Try> {
  const { network, stopwatch, target: { port }, signal } = context;
  const start = stopwatch();
  try {
    await bounded(context, patience.connect, (scope) => scope.keep(network.connect(address.address, port)));
    return { ...address, took: stopwatch() - start };
  } catch (error) {
    signal.throwIfAborted();
    return { ...address, took: undefined, error };
  }
}

/** All failed; the first says how, unless another was refused, which tells most. */
function nowhere(bad: readonly Try[], port: number): Outcome {
  const telling = bad.find(({ error }) => codeOf(error) === "ECONNREFUSED") ?? bad[0];
  const id: FindingId = codeOf(telling?.error) === "ECONNREFUSED"
    ? "tcp-refused"
    : telling?.error instanceof TimedOut
    ? "tcp-timeout"
    : "tcp-unreachable";
  const detail = bad.map(({ address, error }) => `${address} port ${port}: ${reasonOf(error)}`).join(", ");
  return found(id, detail, { unreachable: true });
}
