import { type Check, fine, type Outcome, skipped } from "../check.ts";
import type { Finding } from "../findings.ts";
import type { Host } from "../host.ts";
import { size } from "../shown.ts";

const fewFiles = 1024;
const littleMemory = 128 * 2 ** 20;
const fewPorts = 10_000;

/** How many files a process may hold open, by the text of its `limits`; undefined where that does not say. */
export function openFileLimit(limits: string | undefined): number | undefined {
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits ?? "")?.[1];
  return soft === undefined ? undefined : soft === "unlimited" ? Infinity : Number(soft);
}

/** Bytes of memory that are left, of the machine or of the container, whichever has less. */
async function memoryLeft(host: Host): Promise<number | undefined> {
  const [known, meminfo, most, used] = await Promise.all([
    host.memory(),
    host.readSystem("/proc/meminfo"),
    host.readSystem("/sys/fs/cgroup/memory.max"),
    host.readSystem("/sys/fs/cgroup/memory.current"),
  ]);
  const kilobytes = /^MemAvailable:\s+(\d+) kB/m.exec(meminfo ?? "")?.[1];
  const machine = known?.available ?? (kilobytes === undefined ? undefined : 1024 * Number(kilobytes));
  const container = Number(most?.trim() || NaN) - Number(used?.trim() || NaN);
  if (Number.isNaN(container)) return machine;
  return machine === undefined ? container : Math.min(machine, container);
}

/** The limits of this machine that a client, or a server, can run into. */
export const limits: Check = {
  id: "machine",
  async run({ host }): Promise<Outcome> {
    const [limits, memory, range] = await Promise.all([
      host.readSystem("/proc/self/limits"),
      memoryLeft(host),
      host.readSystem("/proc/sys/net/ipv4/ip_local_port_range"),
    ]);
    const files = openFileLimit(limits);
    const [low, high] = range?.trim().split(/\s+/).map(Number) ?? [];
    const ports = low === undefined || high === undefined ? undefined : high - low + 1;
    const findings: Finding[] = [
      ...(files !== undefined && files < fewFiles
        ? [{ id: "files-limit", detail: `${files} open files` } as const]
        : []),
      ...aboutMemory(memory),
      ...(ports !== undefined && ports < fewPorts
        ? [{ id: "ports-few", detail: `${ports} ports` } as const]
        : []),
    ];
    const parts = [
      ...(files === undefined ? [] : [`${files} open files`]),
      ...(memory === undefined ? [] : [`${size(memory)} of memory left`]),
      ...(ports === undefined ? [] : [`${ports} ports for outgoing connections`]),
    ];
    if (parts.length === 0) return skipped(unreadable(host.os));
    const facts = { open_files: files ?? null, memory_available: memory ?? null, local_ports: ports ?? null };
    return { ...fine(parts.join(", "), facts), findings };
  },
};

/** What little memory means. */
function aboutMemory(memory: number | undefined): Finding[] {
  if (memory === undefined || memory >= littleMemory) return [];
  return [{ id: "memory-low", detail: `${size(memory)} of memory left` }];
}

/** Why the machine cannot be looked at. */
export function unreadable(os: string): string {
  return os === "linux"
    ? "cannot read /proc: grant --allow-run=cat or --allow-all"
    : `limits are read from /proc, which ${os} does not have`;
}
