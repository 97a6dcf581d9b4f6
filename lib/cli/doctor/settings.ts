import { type Config, loadConfig } from "../../config/mod.ts";
import { readArguments, UsageError } from "../keys/arguments.ts";
import type { ConfigSurroundings } from "../config.ts";
import { readTarget, type Target } from "../../doctor/mod.ts";

/** What `heliograph doctor` is asked to do. */
export interface DoctorSettings {
  readonly mode: "walk" | "local" | "fast" | "findings";
  readonly target: Target;
  /** The configuration of the server on this machine; undefined: a URL was given. */
  readonly config: Config | undefined;
  readonly json: boolean;
  readonly keyFile: string | undefined;
  readonly caFile: string | undefined;
  /** Seconds, ascending. */
  readonly idle: readonly number[];
  readonly takeOver: boolean;
  /** Ids of checks that are not to be done. */
  readonly skip: readonly string[];
}

const customaryIdle = [30, 60, 100, 300];
const longestIdle = 3600;
const mostIdle = 16;

/** Those on which no other depends. */
const optionalChecks = ["health", "clock", "heartbeat", "size", "events", "poll", "machine"];

const kinds = {
  key: "value",
  ca: "value",
  config: "value",
  idle: "value",
  skip: "value",
  local: "flag",
  fast: "flag",
  json: "flag",
  take_over: "flag",
  findings: "flag",
} as const;

/** Reads the command line. Throws a {@link UsageError}, or a `ConfigError` for the server's configuration. */
export function readDoctorSettings(
  args: readonly string[],
  surroundings: ConfigSurroundings,
): DoctorSettings {
  const { operand, values, flags } = readArguments(args.map(completeIdle), kinds);
  const mode = (["findings", "local", "fast"] as const).find((name) => flags.has(name)) ?? "walk";
  if (flags.has("local") && (operand !== undefined || flags.has("fast"))) {
    throw new UsageError("--local looks at this machine: expected neither a URL nor --fast with it");
  }
  const config = operand === undefined && mode !== "findings"
    ? readConfig(values.get("config"), surroundings)
    : undefined;
  return {
    mode,
    target: readTarget(operand ?? urlOf(config)),
    config,
    json: flags.has("json"),
    keyFile: values.get("key"),
    caFile: values.get("ca"),
    idle: readIdle(values.get("idle")),
    takeOver: flags.has("take_over"),
    skip: readSkip(values.get("skip")),
  };
}

/** `--idle` alone stands for the customary times. */
function completeIdle(arg: string): string {
  return arg === "--idle" ? `--idle=${customaryIdle.join()}` : arg;
}

function readIdle(text: string | undefined): readonly number[] {
  if (text === undefined) return [];
  const times = text.split(",").map((part) => /^\d{1,4}$/.test(part) ? Number(part) : NaN);
  if (times.length > mostIdle || !times.every((time) => time >= 1 && time <= longestIdle)) {
    throw new UsageError(
      `Invalid --idle: expected up to ${mostIdle} whole numbers of seconds from 1 to ${longestIdle}, such as 30,60`,
    );
  }
  return [...new Set(times)].toSorted((a, b) => a - b);
}

function readSkip(text: string | undefined): readonly string[] {
  const ids = text?.split(",") ?? [];
  const unknown = ids.find((id) => !optionalChecks.includes(id));
  if (unknown === undefined) return ids;
  throw new UsageError(`Invalid --skip: "${unknown}" is not one of ${optionalChecks.join(", ")}`);
}

function readConfig(file: string | undefined, { env, readFile }: ConfigSurroundings): Config {
  const flags = file === undefined ? [] : [`--config=${file}`];
  return loadConfig({ flags, env, readFile }).config;
}

/** How the server of a configuration is reached from its own machine. */
function urlOf(config: Config | undefined): string {
  const host = config?.host ?? "127.0.0.1";
  const near = host === "0.0.0.0" ? "127.0.0.1" : /^[:0]+$/.test(host) && host.includes(":") ? "::1" : host;
  const scheme = config?.["tls.cert"] === undefined ? "http" : "https";
  return `${scheme}://${near.includes(":") ? `[${near}]` : near}:${config?.port ?? 10401}`;
}
