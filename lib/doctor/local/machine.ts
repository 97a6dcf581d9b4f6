import type { Config } from "../../config/mod.ts";
import { isFile } from "../../engine/mod.ts";
import { canSever } from "../../hub/mod.ts";
import { type Check, fine, found, type Outcome, skipped } from "../check.ts";
import { unreadable } from "../checks/limits.ts";
import type { Finding } from "../findings.ts";
import type { Host } from "../host.ts";
import { size } from "../shown.ts";

const full = 16 * 2 ** 20;
const little = 512 * 2 ** 20;

/** The space that is left for the store. */
export function disk(config: Config): Check {
  return {
    id: "disk",
    async run({ host }) {
      const { store } = config;
      if (!isFile(store)) {
        return skipped("the store is not on a disk of this machine");
      }
      const folder = /^(.*)[/\\][^/\\]*$/.exec(store)?.[1] ?? ".";
      const space = await host.disk(folder) ?? await host.disk(".");
      if (space === undefined) return skipped("cannot tell: grant --allow-sys=statfs");
      const detail = `${size(space.free)} of ${size(space.total)} free for ${store}`;
      const facts = { free: space.free, total: space.total };
      if (space.free < full) return found("disk-full", detail, { facts });
      return space.free < little ? found("disk-low", detail, { facts }) : fine(detail, facts);
    },
  };
}

/** Whether others than its owner can read the validator's key. */
export function keyFile(config: Config): Check {
  return {
    id: "key",
    async run({ host }) {
      const path = config["validator_key"];
      const mode = await host.modeOf(path);
      if (host.os === "windows" || mode === undefined) {
        return skipped(`${path} is not there, or not to be looked at`);
      }
      const shown = `${path} has mode ${(mode & 0o777).toString(8).padStart(4, "0")}`;
      return (mode & 0o077) === 0 ? fine(shown) : found("key-readable", shown);
    },
  };
}

/** Where the usual services say that they have set the clock. */
const marks = ["/run/systemd/timesync/synchronized"];
const services = ["/run/systemd/timesync", "/run/chrony", "/run/ntpd.pid", "/var/run/ntpd.pid"];

/** Whether a service keeps the time. */
export const clockSync: Check = {
  id: "clock",
  async run({ host }) {
    if (host.os !== "linux") return skipped(`not known on ${host.os}`);
    if (await anyExists(host, marks)) return fine("synchronised by systemd-timesyncd");
    if (!(await anyExists(host, services))) {
      return skipped("no service for the time is seen; in a container, the host's counts");
    }
    if (await host.exists("/run/systemd/timesync")) {
      return found("clock-unsynchronised", "systemd-timesyncd has not synchronised the clock");
    }
    return fine("a time service runs");
  },
};

async function anyExists(host: Host, paths: readonly string[]): Promise<boolean> {
  return (await Promise.all(paths.map(host.exists))).includes(true);
}

const shortBacklog = 1024;
const nearlyFull = 0.9;

/** Settings of the kernel that a server with many connections runs into. */
export const kernel: Check = {
  id: "kernel",
  async run({ host }): Promise<Outcome> {
    const [backlog, files, tracked, mostTracked] = await Promise.all([
      number(host, "/proc/sys/net/core/somaxconn"),
      number(host, "/proc/sys/fs/file-max"),
      number(host, "/proc/sys/net/netfilter/nf_conntrack_count"),
      number(host, "/proc/sys/net/netfilter/nf_conntrack_max"),
    ]);
    if (backlog === undefined) return skipped(unreadable(host.os));
    const findings: Finding[] = [
      ...(backlog < shortBacklog
        ? [{ id: "kernel-backlog", detail: `somaxconn is ${backlog}` } as const]
        : []),
      ...(tracked !== undefined && mostTracked !== undefined && tracked > nearlyFull * mostTracked
        ? [{ id: "kernel-conntrack", detail: `${tracked} of ${mostTracked} entries are used` } as const]
        : []),
    ];
    const parts = [
      `somaxconn ${backlog}`,
      ...(mostTracked === undefined ? [] : [`${tracked ?? 0} of ${mostTracked} tracked connections`]),
    ];
    const facts = { somaxconn: backlog, file_max: files ?? null, conntrack_max: mostTracked ?? null };
    return { ...fine(parts.join(", "), facts), findings };
  },
};

async function number(host: Host, path: string): Promise<number | undefined> {
  const text = (await host.readSystem(path))?.trim();
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Whether the runtime lets a server cut off clients that do not answer. */
export function severing(tries: () => Promise<boolean> = canSever): Check {
  return {
    id: "severing",
    async run(): Promise<Outcome> {
      const facts = { deno: Deno.version.deno, severs: await tries() };
      const summary = `Deno ${facts.deno} ${facts.severs ? "cuts" : "cannot cut"} off who does not answer`;
      if (facts.severs) return fine(summary, facts);
      return { summary, facts, findings: [{ id: "cannot-sever", detail: `Deno ${facts.deno}` }] };
    },
  };
}
