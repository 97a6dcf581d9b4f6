const pattern = /^VmHWM:\s+(\d+) kB$/m;
const kibPerMb = 1e6 / 1024;

/** The most memory, in megabytes, that a process had since {@link resetPeak}; undefined when it is gone. */
export async function peakMemory(pid: number): Promise<number | undefined> {
  try {
    const peak = pattern.exec(await Deno.readTextFile(`/proc/${pid}/status`))?.[1];
    return peak === undefined ? undefined : Number(peak) / kibPerMb;
  } catch {
    return undefined;
  }
}

/** Begins to watch a process's memory anew, and answers what it has now, in megabytes. */
export async function resetPeak(pid: number): Promise<number> {
  // Linux, proc(5): 5 sets the peak to what is resident now.
  await Deno.writeTextFile(`/proc/${pid}/clear_refs`, "5");
  return await peakMemory(pid) ?? 0;
}
