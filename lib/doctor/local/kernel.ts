import { type Check, fine, type Outcome, skipped } from "../check.ts";
import { unreadable } from "../checks/limits.ts";
import type { Finding } from "../findings.ts";
import type { Host } from "../host.ts";

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
