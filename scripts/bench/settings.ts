/** What can be measured, in the order in which it is. */
export const scenarioNames = ["predictions", "fanout", "streams", "http", "memory", "start"] as const;
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

/** Options with a number, and what it may be. */
const numbers = {
  seconds: { fallback: 8, least: 0.1, most: 600 },
  subscribers: { fallback: 1000, least: 2, most: 10_000 },
} as const;

/** Reads the arguments; a text says what is wrong with them. */
export function readBenchSettings(args: readonly string[]): BenchSettings | string {
  const named = new Set<ScenarioName>();
  const given = { seconds: `${numbers.seconds.fallback}`, subscribers: `${numbers.subscribers.fallback}` };
  let json = false;
  for (const arg of args) {
    const name = scenarioNames.find((name) => name === arg);
    const [, option, value = ""] = /^--(seconds|subscribers)=(.*)$/.exec(arg) ?? [];
    if (name !== undefined) named.add(name);
    else if (arg === "--json") json = true;
    else if (option === "seconds" || option === "subscribers") given[option] = value;
    else return `Unknown argument ${arg}, expected ${scenarioNames.join(", ")}`;
  }
  const [seconds, subscribers] = [read("seconds", given), read("subscribers", given)];
  if (typeof seconds === "string") return seconds;
  if (typeof subscribers === "string") return subscribers;
  const scenarios = scenarioNames.filter((name) => named.size === 0 || named.has(name));
  return { scenarios, seconds, subscribers: Math.floor(subscribers), json };
}

function read(option: keyof typeof numbers, given: Record<keyof typeof numbers, string>): number | string {
  const { least, most } = numbers[option];
  const value = given[option] === "" ? NaN : Number(given[option]);
  return value >= least && value <= most ? value : `--${option} is not a number from ${least} to ${most}`;
}
