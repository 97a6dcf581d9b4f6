// What Linux counts processor time in, on every platform that Deno runs on.
const ticksPerSecond = 100;

// Deno itself reads /proc only where everything is allowed.
function read(path: string): string {
  const { stdout } = new Deno.Command("cat", { args: [path] }).outputSync();
  return new TextDecoder().decode(stdout);
}

/** The files of a pattern, one after the other. */
function readAll(pattern: string): string {
  const { stdout } = new Deno.Command("sh", { args: ["-c", `cat ${pattern}`], stderr: "null" }).outputSync();
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

/** Processor time of a process's threads in seconds, exact where the kernel says so; what has ended in between is missing. */
export function threadSeconds(pid: number): number {
  const nanoseconds = parseThreadTimes(readAll(`/proc/${pid}/task/*/schedstat`));
  return nanoseconds === 0 ? cpuSeconds(pid) : nanoseconds / 1e9;
}

/** The nanoseconds of all threads, of which there is a line in `/proc/PID/task/TID/schedstat` each. */
export function parseThreadTimes(lines: string): number {
  return lines.split("\n").reduce((sum, line) => sum + Number(line.split(" ")[0]), 0);
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
