/** What can be measured, in the order in which it is. */
export const scenarioNames = ["predictions", "fanout", "memory"] as const;
/** One of {@link scenarioNames}. */
export type ScenarioName = typeof scenarioNames[number];

/** What the bench is asked to do. */
export interface BenchSettings {
  readonly scenarios: readonly ScenarioName[];
  /** How long one measurement goes on. */
  readonly seconds: number;
  readonly json: boolean;
}

const defaultSeconds = 8;

/** Reads the arguments; a text says what is wrong with them. */
export function readBenchSettings(args: readonly string[]): BenchSettings | string {
  const named = new Set<ScenarioName>();
  let [seconds, json] = [defaultSeconds, false];
  for (const arg of args) {
    const name = scenarioNames.find((name) => name === arg);
    const given = /^--seconds=(.*)$/.exec(arg)?.[1];
    if (name !== undefined) named.add(name);
    else if (arg === "--json") json = true;
    else if (given === undefined) return `Unknown argument ${arg}, expected ${scenarioNames.join(", ")}`;
    else seconds = given === "" ? NaN : Number(given);
  }
  if (!(seconds >= 0.1 && seconds <= 600)) return "--seconds is not a number from 0.1 to 600";
  const scenarios = scenarioNames.filter((name) => named.size === 0 || named.has(name));
  return { scenarios, seconds, json };
}
