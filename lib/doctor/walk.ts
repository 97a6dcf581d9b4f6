import type { Check, Context, Outcome } from "./check.ts";
import { type Finding, kindOf, type Severity } from "./findings.ts";
import { reasonOf } from "./shown.ts";

/** A check that is done. */
export interface Done {
  readonly id: string;
  readonly outcome: Outcome;
}

/** What a check came to, in a word. */
export type Status = "ok" | "note" | "warning" | "error" | "skipped";

const ranks: readonly Severity[] = ["error", "warning", "note"];

/** The worst of what was found. */
export function statusOf({ findings, skipped }: Outcome): Status {
  if (findings.length === 0) return skipped === true ? "skipped" : "ok";
  return ranks.find((rank) => findings.some(({ id }) => kindOf(id).severity === rank)) ?? "ok";
}

/** The command's exit code: 0 nothing wrong, 1 findings, 2 not reachable. */
export function exitCodeOf(all: readonly Done[]): 0 | 1 | 2 {
  if (all.some(({ outcome }) => outcome.unreachable === true)) return 2;
  return all.some(({ outcome }) => ["error", "warning"].includes(statusOf(outcome))) ? 1 : 0;
}

/** All that was found, the worst first. */
export function allFindings(all: readonly Done[]): readonly Finding[] {
  const findings = all.flatMap(({ outcome }) => outcome.findings);
  return ranks.flatMap((rank) => findings.filter(({ id }) => kindOf(id).severity === rank));
}

/** Whoever shows what the walk comes to. */
export interface Reporter {
  begins(subject: string, checks: readonly Check[]): Promise<void> | void;
  starts(check: Check): void;
  /** What a check that takes longer is doing. */
  tells(progress: string): void;
  ends(done: Done): Promise<void> | void;
  finishes(all: readonly Done[]): Promise<void> | void;
  /** The walk is over, finished or not. */
  stops(): void;
}

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
