import type { MemoryReading } from "./memory_guard.ts";

/** Where a container's limit stands, by the kernel's second and first way to tell; `max` or a huge number where there is none. */
const limits = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];
/** What of a machine's memory is taken where nothing bounds the process. */
const shareOfMachine = 0.5;

/** What the process has now. */
export function readMemory(): MemoryReading {
  const { rss, heapTotal, external } = Deno.memoryUsage();
  return { rss, outside: rss - heapTotal - external };
}

/** Bytes that the process may have, of the container or of the machine; undefined where neither can be read. */
export async function readMemoryLimit(): Promise<number | undefined> {
  const machine = /^MemTotal:\s+(\d+) kB/m.exec(await read("/proc/meminfo") ?? "")?.[1];
  const total = machine === undefined ? Infinity : 1024 * Number(machine);
  const container = Math.min(
    ...(await Promise.all(limits.map(read))).map((text) => Number(text || Infinity) || Infinity),
  );
  const limit = container < total ? container : shareOfMachine * total;
  return Number.isFinite(limit) ? limit : undefined;
}

async function read(path: string): Promise<string | undefined> {
  const { state } = await Deno.permissions.query({ name: "read", path });
  if (state !== "granted") return undefined;
  return await Deno.readTextFile(path).then((text) => text.trim(), () => undefined);
}
