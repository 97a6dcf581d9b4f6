import { runDoctor } from "../../lib/cli/doctor.ts";
import type { Host } from "../../lib/doctor/host.ts";
import { type Network, systemNetwork } from "../../lib/doctor/net/network.ts";
import type { FindingId } from "../../lib/doctor/findings.ts";
import { type Clock, systemClock } from "../../lib/protocol/mod.ts";
import { MemoryStdio } from "../helpers/memory_stdio.ts";

/** A machine with nothing wrong. */
export const soundHost: Host = {
  os: "linux",
  readSystem: (path) =>
    Promise.resolve(
      {
        "/proc/self/limits": "Max open files            65535                65535                files\n",
        "/proc/meminfo": "MemAvailable:    8000000 kB\n",
        "/proc/sys/net/ipv4/ip_local_port_range": "32768\t60999\n",
        "/proc/sys/net/core/somaxconn": "4096\n",
      }[path],
    ),
  listSystem: () => Promise.resolve([]),
  linkSystem: () => Promise.resolve(undefined),
  modeOf: () => Promise.resolve(0o100600),
  exists: () => Promise.resolve(false),
  memory: () => Promise.resolve(undefined),
  disk: () => Promise.resolve({ free: 2 ** 36, total: 2 ** 38 }),
};

/** What the doctor is given instead of the real thing. */
export interface Instead {
  readonly clock?: Clock;
  readonly network?: Partial<Network>;
  readonly host?: Partial<Host>;
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
  readonly columns?: () => number;
  readonly stopwatch?: () => number;
}

/** A run of the command with whatever it is given. */
export async function doctor(args: readonly string[], instead: Instead = {}) {
  const stdio = new MemoryStdio();
  const { network, host, columns, ...rest } = instead;
  const code = await runDoctor(args, {
    clock: systemClock,
    stopwatch: () => performance.now(),
    signal: new AbortController().signal,
    env: {},
    ...rest,
    readFile: Deno.readTextFileSync,
    network: { ...systemNetwork, ...network },
    host: { ...soundHost, ...host },
    stdio,
    columns,
  });
  return { code, printed: stdio.printed, complained: stdio.complained };
}

/** A check as the JSON report has it. */
export interface ReportedCheck {
  readonly id: string;
  readonly status: string;
  readonly summary: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly findings: readonly { readonly id: FindingId; readonly detail: string }[];
}

/** What an examination came to. */
export interface Examined {
  readonly code: number;
  readonly checks: readonly ReportedCheck[];
  /** The ids of all findings, in their order. */
  readonly ids: readonly FindingId[];
  check(id: string): ReportedCheck;
}

/** Examines an endpoint and reads the report for programs. */
export async function examine(args: readonly string[], instead: Instead = {}): Promise<Examined> {
  const { code, printed, complained } = await doctor([...args, "--json"], instead);
  if (printed === "") throw new Error(`no report: ${complained}`);
  const { checks } = JSON.parse(printed) as { checks: ReportedCheck[] };
  return {
    code,
    checks,
    ids: checks.flatMap(({ findings }) => findings.map(({ id }) => id)),
    check(id) {
      const check = checks.find((check) => check.id === id);
      if (check === undefined) throw new Error(`no check ${id}`);
      return check;
    },
  };
}
