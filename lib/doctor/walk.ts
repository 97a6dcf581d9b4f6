import type { Check, Context, Outcome } from "./check.ts";
import { reasonOf } from "./reason.ts";
import type { Done, Reporter } from "./report.ts";

/** Does the checks one after the other, as far as there is something to go on with. */
export async function walk(
  subject: string,
  checks: readonly Check[],
  context: Context,
  reporter: Reporter,
): Promise<readonly Done[]> {
  try {
    await reporter.begins(subject, checks);
    const all = await doAll(checks, context, reporter);
    await reporter.finishes(all);
    return all;
  } finally {
    reporter.stops();
  }
}

async function doAll(checks: readonly Check[], context: Context, reporter: Reporter): Promise<Done[]> {
  const all: Done[] = [];
  for (const check of checks) {
    reporter.starts(check);
    const done = { id: check.id, outcome: await attempt(check, context) };
    all.push(done);
    await reporter.ends(done);
    if (done.outcome.unreachable === true) break;
  }
  return all;
}

/** Whatever a server does to one check, the others are still done. */
async function attempt(check: Check, context: Context): Promise<Outcome> {
  try {
    return await check.run(context);
  } catch (error) {
    context.signal.throwIfAborted();
    return { summary: `cannot be told: ${reasonOf(error)}`, findings: [], skipped: true };
  }
}
