// What Linux counts processor time in, on every platform that Deno runs on.
const ticksPerSecond = 100;

// Deno itself reads /proc only where everything is allowed.
function read(path: string): string {
  const { stdout } = new Deno.Command("cat", { args: [path] }).outputSync();
  return new TextDecoder().decode(stdout);
}

/** The lines of a pattern's files, each behind the name of its file. */
function labelled(pattern: string): string {
  const args = ["-c", `grep -H . ${pattern}`];
  const { stdout } = new Deno.Command("sh", { args, stderr: "null" }).outputSync();
  return new TextDecoder().decode(stdout);
}

/** Whether the system tells of a process what is measured here. */
export const hasProcessStats = Deno.build.os === "linux";

/** Processor time in seconds. */
export interface CpuTimes {
  readonly user: number;
  readonly system: number;
}

/** Processor time of a process with all its threads. */
export function cpuTimes(pid: number): CpuTimes {
  return parseCpuTimes(read(`/proc/${pid}/stat`));
}

/** The same, user and system together, in seconds. */
export function cpuSeconds(pid: number): number {
  const { user, system } = cpuTimes(pid);
  return user + system;
}

/** What `/proc/PID/stat` says of processor time. */
export function parseCpuTimes(stat: string): CpuTimes {
  // The name, in parentheses, may hold anything. utime and stime are fields 14 and 15 of all, counted from 1.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { user: Number(fields[11]) / ticksPerSecond, system: Number(fields[12]) / ticksPerSecond };
}

/** Counts what a process uses of processors, with all its threads: exactly, where the kernel says so. */
export class CpuMeter {
  readonly #pid: number;
  #before: ReadonlyMap<string, number>;

  constructor(pid: number) {
    this.#pid = pid;
    this.#before = readThreadTimes(pid);
  }

  /** Seconds since the last call, or since this was made; without what threads used that have ended since. */
  lap(): number {
    const before = this.#before;
    this.#before = readThreadTimes(this.#pid);
    return this.#before.entries().reduce(
      (sum, [thread, time]) => sum + time - (before.get(thread) ?? 0),
      0,
    ) / 1e9;
  }
}

function readThreadTimes(pid: number): ReadonlyMap<string, number> {
  const times = parseThreadTimes(labelled(`/proc/${pid}/task/*/schedstat`));
  const isTold = times.values().some((time) => time > 0);
  return isTold ? times : new Map([["all", 1e9 * cpuSeconds(pid)]]);
}

/** The nanoseconds of each thread, of lines that begin with the name of its `/proc/PID/task/TID/schedstat`. */
export function parseThreadTimes(lines: string): ReadonlyMap<string, number> {
  const found = lines.matchAll(/^\/proc\/\d+\/task\/(\d+)\/schedstat:(\d+) /gm);
  return new Map(found.map(([, thread = "", time]) => [thread, Number(time)]));
}

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1];
  return 1024 * Number(kilobytes);
}

/** Keeps a process, with all its threads, to one core; false where the system does not do so. */
export async function keepToCore(pid: number, core: number): Promise<boolean> {
  try {
    const args = ["--all-tasks", "--cpu-list", "--pid", `${core}`, `${pid}`];
    return (await new Deno.Command("taskset", { args, stdout: "null", stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

/** How many files a process of this one's may hold open. */
export function openFileLimit(): number {
  const limit = /^Max open files\s+(\d+)/m.exec(read("/proc/self/limits"))?.[1];
  return Number(limit ?? Infinity);
}
