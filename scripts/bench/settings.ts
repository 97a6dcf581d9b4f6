import { readUsage, type Usage } from "../../lib/cli/command.ts";
import { between, flag, integer, quoted, setting, unknownName, UsageError } from "../../lib/config/mod.ts";

/** What can be measured, in the order in which it is. */
const scenarioNames = [
  "predictions",
  "fanout",
  "streams",
  "http",
  "memory",
  "start",
  "cluster",
] as const;
/** One of {@link scenarioNames}. */
export type ScenarioName = typeof scenarioNames[number];

/** What the bench is asked to do. */
export interface BenchSettings {
  readonly scenarios: readonly ScenarioName[];
  /** How long one measurement goes on. */
  readonly seconds: number;
  /** How many subscribers streams are measured with. */
  readonly subscribers: number;
  readonly json: boolean;
}

/** How the bench is called. */
export const usage = {
  name: "bench",
  program: "deno task",
  operand: "[SCENARIO ...]",
  takesMany: true,
  about:
    "Measures this machine, with a server of its own and everything it is held against in the same run; all seven take " +
    "some minutes.",
  words: {
    predictions:
      "Verified, stored and confirmed per second, beside what the cores can verify and sign; latency.",
    fanout:
      "What one more client costs the server for each game update, beside a bare loop; CPU to take one in.",
    streams:
      "CPU and bytes per message to 1,000 subscribers, plain, batched and deflated, beside a bare loop.",
    http: "The same work over WebSocket, with HTTP as the baseline: latency, throughput, CPU, bytes.",
    memory: "Of an idle connection, beside a bare server; CPU with 1,000 idle connections.",
    cluster:
      "Three servers on PostgreSQL beside one on a file: predictions, and how soon the others' clients have a game.",
    start: "From the start of the process to a healthy answer, beside a bare server.",
  } satisfies Record<ScenarioName, string>,
  options: {
    seconds: setting(between(0.1, 600, "s"), 8, "How long one measurement goes on."),
    subscribers: setting(integer(2, 10_000), 1000, "How many clients of each kind the streams have."),
    json: flag("Prints what was measured as a JSON object."),
  },
} satisfies Usage;

/** Reads the arguments. Throws a `UsageError`. */
export function readBenchSettings(args: readonly string[]): BenchSettings {
  const { values, operands } = readUsage(usage, args);
  const unknown = operands.find((name) => !scenarioNames.some((known) => known === name));
  if (unknown !== undefined) {
    throw new UsageError(unknownName(`scenario ${quoted(unknown)}`, unknown, scenarioNames, String));
  }
  const scenarios = scenarioNames.filter((name) => operands.length === 0 || operands.includes(name));
  return { scenarios, ...values };
}
