import {
  type Config,
  filePath,
  flag,
  type Kind,
  loadConfig,
  optional,
  UsageError,
} from "../../config/mod.ts";
import { readUsage, type Usage } from "../command.ts";
import { urlOf } from "../endpoint.ts";
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

const longestIdle = 3600;
const mostIdle = 16;

/** Those on which no other depends. */
const optionalChecks = [
  "health",
  "proxy",
  "clock",
  "heartbeat",
  "size",
  "upload",
  "events",
  "poll",
  "machine",
];

/** Whole numbers of seconds, each once and in their order. */
const idleTimes: Kind<readonly number[]> = {
  allowed: `up to ${mostIdle} whole numbers of seconds from 1 to ${longestIdle}, such as 30,60`,
  placeholder: "30,60",
  bare: "30,60,100,300",
  read(raw) {
    const times = String(raw).split(",").map((part) => /^\d{1,4}$/.test(part) ? Number(part) : NaN);
    const areUsable = times.length <= mostIdle && times.every((time) => time >= 1 && time <= longestIdle);
    return areUsable ? [...new Set(times)].toSorted((a, b) => a - b) : undefined;
  },
  show: (times) => times.join(),
};

const someChecks: Kind<readonly string[]> = {
  allowed: optionalChecks.join(", "),
  placeholder: "events,poll",
  read(raw) {
    const ids = String(raw).split(",");
    return ids.every((id) => optionalChecks.includes(id)) ? ids : undefined;
  },
  show: (ids) => ids.join(),
};

/** How the command is called. */
export const usage = {
  name: "doctor",
  synopsis: ["doctor [URL|HOST:PORT] [--FLAG ...]", "doctor --local"],
  operand: "[URL|HOST:PORT]",
  about:
    "Walks the troubleshooting guide against an endpoint, of a gateway or of anything else that speaks WebSocket or " +
    "Socket.IO, and says of each thing that is wrong what causes it and what mends it. Without a URL, the server that " +
    "this machine's configuration (HELIOGRAPH_HOST, HELIOGRAPH_PORT, --config) names.",
  options: {
    key: optional(
      filePath,
      "Authenticates with a miner's key: by a signed heartbeat over HTTP, which disturbs nobody; where the server has no " +
        "such path, as a connection, which may end that of a miner with the same key.",
    ),
    take_over: flag("Authenticates as a connection in any case."),
    idle: optional(
      idleTimes,
      `Holds silent connections for so many seconds, to see what cuts them; --idle alone means ${idleTimes.bare}.`,
    ),
    ca: optional(filePath, "Trusts the certificates in this PEM file too."),
    skip: optional(someChecks, `Leaves checks out: ${someChecks.allowed}.`),
    json: flag("Prints one JSON object."),
    fast: flag("Asks for the health alone and says nothing when it is good, for health checks."),
    local: flag("Looks at this machine instead, as the host of a running server."),
    findings: flag("Prints all that can be found, with cause and fix, as Markdown or with --json."),
    config: optional(filePath, "The configuration file of the server on this machine."),
  },
  closing: "Exit code 0: nothing wrong; 1: findings; 2: not reachable, or wrong usage; 130: interrupted.",
} satisfies Usage;

/** Reads the command line. Throws a `ConfigError`, for the server's configuration too. */
export function readDoctorSettings(
  args: readonly string[],
  surroundings: ConfigSurroundings,
): DoctorSettings {
  const { values, operand } = readUsage(usage, args);
  const mode = (["findings", "local", "fast"] as const).find((name) => values[name]) ?? "walk";
  if (values.local && (operand !== undefined || values.fast)) {
    throw new UsageError("--local looks at this machine: expected neither a URL nor --fast with it");
  }
  const config = operand === undefined && mode !== "findings"
    ? readConfig(values.config, surroundings)
    : undefined;
  return {
    mode,
    target: readTarget(operand ?? urlOf(config)),
    config,
    json: values.json,
    keyFile: values.key,
    caFile: values.ca,
    idle: values.idle ?? [],
    takeOver: values.take_over,
    skip: values.skip ?? [],
  };
}

function readConfig(file: string | undefined, { env, readFile }: ConfigSurroundings): Config {
  const flags = file === undefined ? [] : [`--config=${file}`];
  return loadConfig({ flags, env, readFile }).config;
}
