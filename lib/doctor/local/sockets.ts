import type { Host } from "../host.ts";

const listening = "0A";

/** The process that listens on a port of this machine. */
export interface Owner {
  readonly pid: string;
  /** The name that the kernel knows it by. */
  readonly command: string;
}

/** Who listens on a port; undefined where the kernel does not tell these permissions. Linux, proc(5). */
export async function ownerOf(host: Host, port: number): Promise<Owner | undefined> {
  const inodes = await inodesOf(host, port);
  if (inodes.size === 0) return undefined;
  const processes = (await host.listSystem("/proc")).filter((name) => /^\d+$/.test(name));
  for (const pid of processes) {
    if (await holds(host, pid, inodes)) {
      const command = (await host.readSystem(`/proc/${pid}/comm`))?.trim() ?? "";
      return { pid, command };
    }
  }
  return undefined;
}

async function inodesOf(host: Host, port: number): Promise<ReadonlySet<string>> {
  const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map(host.readSystem));
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = tables.flatMap((table) => table?.split("\n") ?? []).map((row) => row.trim().split(/\s+/));
  const own = rows.filter(([, local = "", , state]) => local.endsWith(suffix) && state === listening);
  return new Set(own.map((row) => `socket:[${row[9]}]`));
}

async function holds(host: Host, pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const file of await host.listSystem(folder)) {
    if (inodes.has(await host.linkSystem(`${folder}/${file}`) ?? "")) return true;
  }
  return false;
}
