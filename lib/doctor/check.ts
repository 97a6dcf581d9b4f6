import type { Keypair } from "../crypto/mod.ts";
import type { Clock } from "../protocol/mod.ts";
import type { Finding, FindingId } from "./findings.ts";
import type { Host } from "./host.ts";
import type { Known } from "./known.ts";
import type { Network } from "./net/network.ts";
import type { Target } from "./target.ts";

/** What the checks get from around them; tests hand in their own. */
export interface Surroundings {
  readonly clock: Clock;
  /** Milliseconds since any moment, for what is too short for the clock. */
  readonly stopwatch: () => number;
  readonly network: Network;
  readonly host: Host;
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
}

/** What a check works on. */
export interface Context extends Surroundings {
  readonly target: Target;
  readonly keypair: Keypair | undefined;
  /** PEM of certificates to trust besides the usual ones. */
  readonly ca: string | undefined;
  /** Seconds for which connections are held idle. */
  readonly idle: readonly number[];
  /** Whether a miner's connection with the same key may be ended. */
  readonly takeOver: boolean;
  /** What earlier checks have found out. */
  readonly known: Known;
  /** Tells what is being done. */
  readonly tell: (progress: string) => void;
}

/** What a check came to. */
export interface Outcome {
  /** One line that says what was seen. */
  readonly summary: string;
  readonly findings: readonly Finding[];
  /** Whether it was not done; the summary says why. */
  readonly skipped?: boolean;
  /** Whether there is nothing to go on with: the endpoint is not reachable. */
  readonly unreachable?: boolean;
  /** Figures and texts for programs. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** A step of the walk. */
export interface Check {
  readonly id: string;
  run(context: Context): Promise<Outcome> | Outcome;
}

/** Nothing is wrong. */
export function fine(summary: string, facts?: Outcome["facts"]): Outcome {
  return { summary, findings: [], ...(facts === undefined ? {} : { facts }) };
}

/** The check does not apply. */
export function skipped(why: string): Outcome {
  return { summary: why, findings: [], skipped: true };
}

/** One thing is wrong. */
export function found(id: FindingId, detail: string, more: Partial<Outcome> = {}): Outcome {
  return { summary: detail, findings: [{ id, detail }], ...more };
}

/** How long things may take, in milliseconds. */
export const patience = {
  lookup: 8000,
  connect: 5000,
  handshake: 8000,
  answer: 8000,
  health: 2000,
  frame: 5000,
  welcome: 10_000,
  roundTrips: 30_000,
  large: 10_000,
  pong: 10_000,
} as const;
